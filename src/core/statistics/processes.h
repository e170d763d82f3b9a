// SPDX-License-Identifier: MIT
// The process is the unit of replication: samples of one process share its memory layout and agree
// with each other far better than with the next process. Whatever is published is an interval over
// one value per process; pooling the samples instead claims 95 % and delivers half of that.
//
//   std::vector<double> logs = ...;   // per process: the log of its median, or its median
//   log-ratio Value time = over_processes(logs, 0.95);   // exp of the centre, with its interval
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/value.h"

namespace assay::statistics {

/// Below three an interval over processes says nothing; from ten on it needs no normality.
inline constexpr std::int64_t kProcessesMin = 3;
inline constexpr std::int64_t kProcessesForRanks = 10;

/// Centre of one value per process: the mean below kProcessesForRanks, the median from there on.
double process_center(std::span<const double> values);

/// Student's t on the values for 3 to 9 of them, exact order statistics from 10; none below 3.
std::optional<Interval> process_interval(std::span<const double> values, double confidence);

/// Two-sided p-value that the centre is 0, by the test that the interval inverts; 1 below 3.
double process_p_value(std::span<const double> values);

/// Welch's interval of the mean of `other` minus the mean of `base`, for processes that were not
/// measured side by side; none below 3 on either side.
std::optional<Interval> difference_interval(std::span<const double> base,
                                            std::span<const double> other, double confidence);

/// exp of centre and interval: measured, or `undecided` with "one process" or "two processes".
/// Checked: not empty.
Value over_processes(std::span<const double> logs, double confidence);

/// Centre and interval of values as they are, for what may be 0 or less (fractions, differences).
Value plain_over_processes(std::span<const double> values, double confidence);

/// Where the spread of the process values comes from.
struct VarianceSplit {
  double between = 0;  ///< Variance that more samples cannot remove, only more processes.
  double within = 0;   ///< Variance of one process's value, as seen from inside the processes.
};
VarianceSplit split_variance(std::span<const double> values, std::span<const double> within);

/// Standard error of the median of one process's samples: from its sign interval, or from the
/// standard deviation where there are too few samples for one.
double median_standard_error(std::span<const double> samples);

/// What a process and a sample cost, in the same unit.
struct SamplingCost {
  double process = 0;
  double sample = 0;
};
/// The samples per process that buy the narrowest interval: sqrt(cost ratio x variance ratio),
/// where `sample_variance` is that of one sample. At least 1; `most` where processes do not differ.
std::int64_t samples_best(const SamplingCost& cost, double sample_variance, double between,
                          std::int64_t most);

/// The fewest processes (at least 3) whose interval has this half-width, if their values keep the
/// standard deviation `deviation`; none below 100 000.
std::optional<std::int64_t> processes_needed(double deviation, double half_width,
                                             double confidence);

}  // namespace assay::statistics
