// SPDX-License-Identifier: MIT
#include "lab/measure/physics.h"

#include <algorithm>

#include "core/format.h"
#include "core/statistics/order_statistics.h"

namespace assay::measure {
namespace {

constexpr int kResolutionsMin = 100;

double median_time(const ArmSeries& arm) {
  std::vector<double> times;
  for (const Nanoseconds sample : arm.samples) {
    times.push_back(static_cast<double>(sample.count()));
  }
  return statistics::median(times);
}

Nanoseconds to_nanoseconds(double count) {
  return Nanoseconds(static_cast<Nanoseconds::rep>(count));
}

std::string above_peak(double rate, double peak, std::string_view unit, std::string_view reason) {
  return format("rate above the peak of this machine, {}: {:.3g} of {:.3g} {}", reason, rate, peak,
                unit);
}

void doubt_the_warm_up(const Series& series, std::vector<std::string>& doubts) {
  // Who asks for no warm-up has warmed up by itself, as a search within the first call does.
  if (series.reached_plateau || series.warmup_samples == 0) return;
  doubts.push_back(
      format("no plateau in the warm-up: {} samples of each arm", series.warmup_samples));
}

}  // namespace

std::vector<std::string> doubts_about(const Series& series, const ClockCalibration& calibration) {
  std::vector<std::string> doubts;
  const auto is_simulated = [](const ArmSeries& arm) { return !arm.simulated_by.empty(); };
  if (!std::ranges::all_of(series.arms, is_simulated)) doubt_the_warm_up(series, doubts);
  const Nanoseconds legal = legal_sample_length(calibration);
  for (std::size_t i = 0; i < series.arms.size(); ++i) {
    if (series.arms[i].samples.empty() || is_simulated(series.arms[i])) continue;
    const Nanoseconds time = to_nanoseconds(median_time(series.arms[i]));
    if (time < kResolutionsMin * calibration.resolution) {
      doubts.push_back(format(
          "samples that the clock cannot resolve: arm {} took {}, {} steps of {} needed", i + 1,
          assay::to_text(time), kResolutionsMin, assay::to_text(calibration.resolution)));
    } else if (2 * time < legal) {  // Batches were grown before the warm-up; some slack is fair.
      doubts.push_back(format("samples too short for the clock: arm {} took {}, {} needed", i + 1,
                              assay::to_text(time), assay::to_text(legal)));
    }
  }
  return doubts;
}

std::vector<std::string> impossible_rates(const ArmSeries& arm, const CallWork& work,
                                          const MachineLimits& limits, CacheState cache) {
  std::vector<std::string> doubts;
  if (arm.samples.empty() || !arm.simulated_by.empty()) return doubts;
  const double call_seconds = median_time(arm) * 1e-9 / static_cast<double>(arm.batch);
  const double flops = work.flops / call_seconds;
  const double bytes = work.bytes / call_seconds;
  if (work.flops > 0 && limits.flops_per_second_max > 0 && flops > limits.flops_per_second_max) {
    doubts.push_back(
        above_peak(flops, limits.flops_per_second_max, "FLOP/s", "not all of the work was done"));
  }
  if (work.bytes > 0 && limits.dram_bytes_per_second_max > 0 && cache != CacheState::kHot &&
      bytes > limits.dram_bytes_per_second_max) {
    doubts.push_back(
        above_peak(bytes, limits.dram_bytes_per_second_max, "B/s", "the caches were not cold"));
  }
  return doubts;
}

}  // namespace assay::measure
