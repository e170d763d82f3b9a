// SPDX-License-Identifier: MIT
#include "lab/measure/rig.h"

#include <algorithm>

namespace assay::measure {
namespace {

template <class Read>
Result<Nanoseconds> bracket(Read read, SystemUnderTest& work, std::int64_t batch) {
  const Nanoseconds start = read();
  const Result<void> outcome = work.run(batch);
  const Nanoseconds end = read();
  if (!outcome) return outcome.error();
  return end - start;
}

Result<Sample> take_unnamed_sample(const Rig& rig, SystemUnderTest& work, std::int64_t batch) {
  const Instruments& instruments = rig.instruments;
  ASSAY_TRY_VOID(work.before_sample());
  if (rig.cache == CacheState::kFlushed) instruments.flusher.flush();
  instruments.doubts.open();
  ASSAY_TRY(const Nanoseconds time, timed_run(instruments.clock, work, batch));
  const std::uint8_t doubts = instruments.doubts.close();
  return Sample{.time = time,
                .doubts = work.virtual_clock() == nullptr ? doubts : std::uint8_t{kNone}};
}

}  // namespace

Result<Nanoseconds> timed_run(const Clock& clock, SystemUnderTest& work, std::int64_t batch) {
  if (const VirtualClock* own = work.virtual_clock(); own != nullptr) {
    return bracket([own] { return own->now(); }, work, batch);
  }
  if (dynamic_cast<const SteadyClock*>(&clock) != nullptr) {
    return bracket(&SteadyClock::read, work, batch);
  }
  return bracket([&clock] { return clock.now(); }, work, batch);
}

Result<Sample> take_sample(const Rig& rig, std::size_t arm, std::int64_t batch) {
  return take_unnamed_sample(rig, *rig.arms[arm], batch)
      .context("in arm {} of {}", arm + 1, rig.arm_count());
}

bool is_all_simulated(const Rig& rig) {
  return std::ranges::all_of(
      rig.arms, [](const SystemUnderTest* work) { return work->virtual_clock() != nullptr; });
}

Series empty_series(std::span<const std::int64_t> batches) {
  Series series;
  for (const std::int64_t batch : batches) {
    series.arms.push_back({.batch = batch, .samples = {}, .doubts = {}, .simulated_by = {}});
  }
  return series;
}

Result<void> append_round(const Rig& rig, RoundOrder order, Series& series) {
  for (const std::uint8_t arm : order) {
    ArmSeries& into = series.arms[arm];
    ASSAY_TRY(const Sample sample, take_sample(rig, arm, into.batch));
    into.samples.push_back(sample.time);
    into.doubts.push_back(sample.doubts);
  }
  series.order.push_back(std::move(order));
  return {};
}

std::vector<double> last_call_times(const Series& series) {
  std::vector<double> times;
  for (const ArmSeries& arm : series.arms) {
    times.push_back(static_cast<double>(arm.samples.back().count()) /
                    static_cast<double>(arm.batch));
  }
  return times;
}

}  // namespace assay::measure
