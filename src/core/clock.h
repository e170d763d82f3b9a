// SPDX-License-Identifier: MIT
// The only place where time is read. Code that measures takes a Clock, so that every rule of the
// instrument can be tested on invented time.
#pragma once

#include <string>

#include "core/units.h"

namespace assay {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Monotonic time since an arbitrary start.
  virtual Nanoseconds now() const = 0;
};

/// The machine's monotonic clock. `read()` is the same without the virtual call, for hot loops.
class SteadyClock final : public Clock {
 public:
  static Nanoseconds read() { return std::chrono::steady_clock::now().time_since_epoch(); }
  Nanoseconds now() const override { return read(); }
};

/// Time that does not pass here: a simulation moves it, and only while work is done on it. What is
/// read from it is simulated, never measured.
class VirtualClock : public Clock {
 public:
  virtual std::string source() const = 0;  ///< Of the time: "virtual clock of sim:l40s".
};

/// Time that moves only when told to.
class FakeClock final : public Clock {
 public:
  Nanoseconds now() const override { return now_; }
  void advance(Nanoseconds by) { now_ += by; }

 private:
  Nanoseconds now_{0};
};

/// Calendar time in UTC, "2026-11-21T09:30:00Z": for records and folder names, never for durations.
std::string utc_now();

}  // namespace assay
