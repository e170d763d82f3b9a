// SPDX-License-Identifier: MIT
#include "lab/measure/warm_up.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/statistics/order_statistics.h"

namespace assay::measure {
namespace {

// Half a plateau: six samples, the fewest whose median has an exact interval...
constexpr std::size_t kWindow = 6;
constexpr double kTolerance = 0.01;
// ... or fewer that take this long.
constexpr Nanoseconds kWindowTime = 250ms;
constexpr double kToleranceOfFew = 0.03;

using Window = std::vector<double>;

std::size_t window_size(const ArmSeries& arm) {
  const Nanoseconds sample = std::max(arm.samples.back(), Nanoseconds(1));
  const auto long_ones = static_cast<std::size_t>((kWindowTime + sample - 1ns) / sample);
  return std::min(kWindow, long_ones);
}

Window window_ending_at(const ArmSeries& arm, std::size_t end, std::size_t size) {
  Window window;
  for (std::size_t i = end - size; i < end; ++i) {
    window.push_back(static_cast<double>(arm.samples[i].count()));
  }
  return window;
}

bool could_be_median_of(const Window& window, double value) {
  const auto interval = statistics::median_interval(window, 0.95);
  return interval && interval->low <= value && value <= interval->high;
}

bool agree(const Window& earlier, const Window& later) {
  const double before = statistics::median(earlier);
  const double after = statistics::median(later);
  const double tolerance = later.size() < kWindow ? kToleranceOfFew : kTolerance;
  if (std::abs(after - before) <= tolerance * before) return true;
  return could_be_median_of(earlier, after) && could_be_median_of(later, before);
}

bool is_level(const ArmSeries& arm) {
  if (arm.samples.empty()) return false;
  const std::size_t count = arm.samples.size();
  const std::size_t size = window_size(arm);
  return count >= 2 * size &&
         agree(window_ending_at(arm, count - size, size), window_ending_at(arm, count, size));
}

}  // namespace

bool is_on_plateau(const Series& series) {
  return std::ranges::all_of(series.arms, is_level);
}

Result<WarmUp> warm_up(const Rig& rig, const Policy& policy, std::uint64_t seed,
                       std::span<const std::int64_t> batches) {
  Series series = empty_series(batches);
  Interleaving interleaving(rig.arm_count(), seed);
  WarmUp result;
  const Nanoseconds start = rig.now();
  while (result.samples < policy.warmup_samples_min ||
         (!result.reached_plateau && rig.now() - start < policy.warmup_max)) {
    ASSAY_TRY_VOID(append_round(rig, interleaving.next(), series).context("while warming up"));
    ++result.samples;
    result.reached_plateau = is_on_plateau(series);
  }
  return result;
}

}  // namespace assay::measure
