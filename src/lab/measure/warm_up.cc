// SPDX-License-Identifier: MIT
#include "lab/measure/warm_up.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/statistics/order_statistics.h"

namespace assay::measure {
namespace {

// Half a plateau: six samples, the fewest whose median has an exact interval.
constexpr std::size_t kWindow = kPlateauSamplesMin / 2;
constexpr double kTolerance = 0.01;

using Window = std::vector<double>;

Window window_ending_at(const ArmSeries& arm, std::size_t end) {
  Window window;
  for (std::size_t i = end - kWindow; i < end; ++i) {
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
  if (std::abs(after - before) <= kTolerance * before) return true;
  return could_be_median_of(earlier, after) && could_be_median_of(later, before);
}

bool is_level(const ArmSeries& arm) {
  const std::size_t count = arm.samples.size();
  return count >= 2 * kWindow &&
         agree(window_ending_at(arm, count - kWindow), window_ending_at(arm, count));
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
