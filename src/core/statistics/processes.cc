// SPDX-License-Identifier: MIT
#include "core/statistics/processes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/statistics/distributions.h"
#include "core/statistics/order_statistics.h"

namespace assay::statistics {
namespace {

/// Two-sided sign test that the median is 0; values that are exactly 0 say nothing.
double sign_test(std::span<const double> values) {
  const auto below = std::count_if(values.begin(), values.end(), [](double v) { return v < 0; });
  const auto above = std::count_if(values.begin(), values.end(), [](double v) { return v > 0; });
  if (below + above == 0) return 1;
  return std::min(1.0, 2 * binomial_cdf(below + above, 0.5, std::min(below, above)));
}

double standard_error_of_mean(std::span<const double> values) {
  return std::sqrt(variance(values) / static_cast<double>(values.size()));
}

}  // namespace

double process_center(std::span<const double> values) {
  return std::ssize(values) < kProcessesForRanks ? mean(values) : median(values);
}

std::optional<Interval> process_interval(std::span<const double> values, double confidence) {
  if (std::ssize(values) < kProcessesMin) return std::nullopt;
  if (std::ssize(values) >= kProcessesForRanks) {
    // None where so high a confidence needs more processes than there are; t still has an answer.
    if (const auto exact = median_interval(values, confidence)) return exact;
  }
  const double degrees = static_cast<double>(values.size() - 1);
  const double half =
      student_quantile((1 + confidence) / 2, degrees) * standard_error_of_mean(values);
  const double center = mean(values);
  return Interval{center - half, center + half};
}

double process_p_value(std::span<const double> values) {
  if (std::ssize(values) < kProcessesMin) return 1;
  if (std::ssize(values) >= kProcessesForRanks) return sign_test(values);
  const double center = mean(values);
  const double error = standard_error_of_mean(values);
  if (error == 0) return center == 0 ? 1 : 0;
  return 2 * student_cdf(-std::abs(center / error), static_cast<double>(values.size() - 1));
}

std::optional<Interval> difference_interval(std::span<const double> base,
                                            std::span<const double> other, double confidence) {
  if (std::min(std::ssize(base), std::ssize(other)) < kProcessesMin) return std::nullopt;
  const double difference = mean(other) - mean(base);
  const double base_error = std::pow(standard_error_of_mean(base), 2);
  const double other_error = std::pow(standard_error_of_mean(other), 2);
  const double error = base_error + other_error;
  if (!(error > 0)) return Interval{difference, difference};
  const double degrees = error * error /
                         (base_error * base_error / static_cast<double>(base.size() - 1) +
                          other_error * other_error / static_cast<double>(other.size() - 1));
  const double half = student_quantile((1 + confidence) / 2, degrees) * std::sqrt(error);
  return Interval{difference - half, difference + half};
}

Value over_processes(std::span<const double> logs, double confidence) {
  ASSAY_CHECK(!logs.empty(), "what no process measured has no value");
  const double center = std::exp(process_center(logs));
  const auto interval = process_interval(logs, confidence);
  if (interval) {
    return Value::measured(center, Interval{std::exp(interval->low), std::exp(interval->high)});
  }
  return Value::of(State::kUndecided, center, logs.size() == 1 ? "one process" : "two processes");
}

Value plain_over_processes(std::span<const double> values, double confidence) {
  ASSAY_CHECK(!values.empty(), "what no process measured has no value");
  const double center = process_center(values);
  if (const auto interval = process_interval(values, confidence)) {
    return Value::measured(center, *interval);
  }
  return Value::of(State::kUndecided, center, values.size() == 1 ? "one process" : "two processes");
}

VarianceSplit split_variance(std::span<const double> values, std::span<const double> within) {
  VarianceSplit split;
  if (!within.empty()) split.within = mean(within);
  if (values.size() > 1) split.between = std::max(0.0, variance(values) - split.within);
  return split;
}

double median_standard_error(std::span<const double> samples) {
  if (samples.size() < 2) return 0;
  if (const auto interval = median_interval(samples, 0.95)) {
    return (interval->high - interval->low) / (2 * normal_quantile(0.975));
  }
  // sqrt(pi / 2): the median of normal samples spreads that much more than their mean.
  return std::sqrt(std::numbers::pi / 2) * standard_error_of_mean(samples);
}

std::int64_t samples_best(const SamplingCost& cost, double sample_variance, double between,
                          std::int64_t most) {
  ASSAY_CHECK(cost.process >= 0 && cost.sample > 0, "a sample costs something");
  if (!(between > 0)) return most;
  const double best = std::sqrt(cost.process / cost.sample * (sample_variance / between));
  return static_cast<std::int64_t>(std::clamp(best, 1.0, static_cast<double>(most)));
}

std::optional<std::int64_t> processes_needed(double deviation, double half_width,
                                             double confidence) {
  constexpr std::int64_t kProcessesMax = 100'000;
  ASSAY_CHECK(half_width > 0, "an interval has a width");
  const auto is_enough = [&](std::int64_t count) {
    const auto processes = static_cast<double>(count);
    return student_quantile((1 + confidence) / 2, processes - 1) * deviation <=
           half_width * std::sqrt(processes);
  };
  if (!is_enough(kProcessesMax)) return std::nullopt;
  std::int64_t low = kProcessesMin - 1;  // Not enough, by definition.
  std::int64_t high = kProcessesMax;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (is_enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace assay::statistics
