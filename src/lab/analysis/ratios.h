// SPDX-License-Identifier: MIT
// Two arms of one trial, paired round by round: the log-ratio of samples that were taken side by
// side survives a machine that drifts. One median per process; everything published is over those.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/analysis/findings.h"
#include "lab/analysis/measured_trial.h"

namespace assay::analysis {

/// What is compared of two arms. All are turned into "other over base".
enum class Metric : std::uint8_t {
  kTime,
  kTimeClean,  ///< Rounds in which neither sample is in doubt.
  kTimePerWork,
  kFlopsRate,
  kBytesRate,
  kP50,
  kP90,
  kP95,
  kP99,
  kP999,
};
/// By the names of the report: "time", "ratio" (which is of time), "p99", ... ; none if unknown.
std::optional<Metric> parse_metric(std::string_view name);
std::vector<std::string> metric_names();

/// Log of other over base, one per process that measured both, with what stands in the way.
struct PairedLogs {
  bool are_values = false;  ///< `logs` are numbers of one arm as they are, not logs of a ratio.
  std::vector<int> replicates;
  std::vector<double> logs;  ///< As long as `replicates`.
  /// Why there are none, or why they may not be believed.
  State state = State::kMeasured;
  std::string reason;
  std::string simulated_by = {};  ///< Of both times; empty: measured.

  /// exp of the centre (of values the centre) with the interval over processes, in the weakest
  /// state.
  Value value(double confidence) const;
};
PairedLogs paired_logs(const MeasuredTrial& trial, std::string_view base, std::string_view other,
                       Metric metric);

/// What one process says of other over base; none where it cannot.
using LogInProcess =
    std::function<std::optional<double>(const ProcessSamples& base, const ProcessSamples& other)>;
PairedLogs paired_by(const MeasuredTrial& trial, std::string_view base, std::string_view other,
                     const LogInProcess& log_in_process);

/// Every arm of the trial against its first.
std::vector<RatioFinding> ratios_of(const MeasuredTrial& trial, double confidence);

/// Benjamini-Hochberg over the ratios that ask a question (not the floors) and have an answer.
void adjust_p_values(std::vector<RatioFinding>& ratios);

}  // namespace assay::analysis
