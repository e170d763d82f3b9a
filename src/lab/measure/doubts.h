// SPDX-License-Identifier: MIT
// What the operating system did to the measuring thread while a sample ran. It is asked before and
// after the timed bracket, never inside: a question costs about 500 ns.
#pragma once

#include <cstdint>

#include "lab/measure/series.h"

namespace assay::measure {

/// Counters since the start of the thread or process, and where the thread is now.
struct Disturbances {
  std::int64_t involuntary_switches = 0;
  std::int64_t major_faults = 0;
  int cpu = 0;
};

/// Bits of Doubt for what changed in between.
std::uint8_t doubts_between(const Disturbances& before, const Disturbances& after);

class DoubtSource {
 public:
  virtual ~DoubtSource() = default;

  void open() { before_ = read(); }
  /// What happened since `open()`.
  std::uint8_t close() { return doubts_between(before_, read()); }

 private:
  virtual Disturbances read() = 0;

  Disturbances before_;
};

/// Whose switches and faults count: of work that runs on threads of its own, those of all of them.
enum class DoubtScope : std::uint8_t { kThread, kProcess };

/// Asks the kernel.
class SystemDoubts final : public DoubtSource {
 public:
  explicit SystemDoubts(DoubtScope scope) : scope_(scope) {}

 private:
  Disturbances read() override;

  DoubtScope scope_;
};

}  // namespace assay::measure
