// SPDX-License-Identifier: MIT
// How fast every memory tier is read, written and copied on every number of threads, and how long a
// load takes that waits for the one before.
#pragma once

#include <deque>

#include "oracle/machine/node_memory.h"
#include "oracle/probe/section.h"
#include "oracle/probe/tiers.h"

namespace assay::probe {

/// Time of a byte over working sets of one thread, for plan_tiers.
std::vector<SweepPoint> take_sweep(std::span<float> memory, int per_decade, const RoundPlan& plan,
                                   const Clock& clock);

class StreamSection final : public Section {
 public:
  /// Working sets lie in `memory`, which outlives the section; chains of addresses in memory of
  /// their own, no larger.
  static Result<StreamSection> create(std::vector<PlannedTier> tiers,
                                      std::span<const int> thread_counts, std::span<float> memory);

  std::vector<Timed*> timed() override;
  void fill(const Method& how, oracle::HardwareProfile& profile) const override;

 private:
  enum class Direction : std::uint8_t { kRead, kWrite, kCopy, kChase };
  struct Stream {
    std::size_t tier = 0;
    Direction direction = Direction::kRead;
    std::int64_t bytes = 0;
    Timed timed;
  };
  void add_streams(std::size_t tier, int threads, std::span<float> memory);
  Result<void> add_chase(std::size_t tier, Bytes most);
  void fill_stream(const Stream& stream, const Method& how, oracle::MemoryTier& tier) const;

  std::vector<PlannedTier> tiers_;
  std::deque<Stream> streams_;
  std::vector<machine::NodeMemory> chains_;
  std::vector<oracle::AbsentNumber> absent_;
};

}  // namespace assay::probe
