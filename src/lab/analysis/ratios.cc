// SPDX-License-Identifier: MIT
#include "lab/analysis/ratios.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "core/format.h"
#include "core/statistics/drift.h"
#include "core/statistics/order_statistics.h"
#include "core/statistics/processes.h"
#include "core/statistics/significance.h"
#include "lab/analysis/doubt.h"

namespace assay::analysis {
namespace {

namespace st = statistics;

struct MetricName {
  std::string_view name;
  Metric metric;
};
constexpr std::array<MetricName, 12> kMetricNames{{{"time", Metric::kTime},
                                                   {"ratio", Metric::kTime},
                                                   {"time_clean", Metric::kTimeClean},
                                                   {"time_per_work", Metric::kTimePerWork},
                                                   {"ratio_per_work", Metric::kTimePerWork},
                                                   {"flops_rate", Metric::kFlopsRate},
                                                   {"bytes_rate", Metric::kBytesRate},
                                                   {"p50", Metric::kP50},
                                                   {"p90", Metric::kP90},
                                                   {"p95", Metric::kP95},
                                                   {"p99", Metric::kP99},
                                                   {"p999", Metric::kP999}}};

/// Below this many rounds without doubt a process has no clean ratio.
constexpr std::size_t kCleanRoundsMin = 6;
/// A ratio that moved by more than this while it was sampled is not one number. Interleaving takes
/// out what the machine does to both, so whatever is left is the work's own.
constexpr double kRatioDrift = 0.02;

std::vector<double> round_logs(const ProcessSamples& base, const ProcessSamples& other,
                               bool only_clean) {
  const std::size_t rounds = std::min(base.times.size(), other.times.size());
  std::vector<double> logs;
  logs.reserve(rounds);
  for (std::size_t i = 0; i < rounds; ++i) {
    const bool is_clean = base.doubts[i] == 0 && other.doubts[i] == 0;
    if (is_clean || !only_clean) logs.push_back(std::log(other.times[i] / base.times[i]));
  }
  return logs;
}

bool has_drifting_ratio(const ProcessSamples& base, const ProcessSamples& other) {
  std::vector<double> ratios = round_logs(base, other, false);
  for (double& ratio : ratios) {
    ratio = std::exp(ratio);
  }
  return st::is_drifting(ratios, kRatioDrift);
}

std::optional<double> percentile_of(Metric metric) {
  switch (metric) {
    case Metric::kP50:
      return 0.5;
    case Metric::kP90:
      return 0.9;
    case Metric::kP95:
      return 0.95;
    case Metric::kP99:
      return 0.99;
    case Metric::kP999:
      return 0.999;
    default:
      return std::nullopt;
  }
}

/// Log of other over base in one process; none where its samples do not carry the metric.
std::optional<double> log_in_process(const ProcessSamples& base, const ProcessSamples& other,
                                     Metric metric) {
  if (const auto p = percentile_of(metric)) {
    const std::int64_t needed = st::percentile_samples_min(*p);
    const bool is_single = *p <= 0.5 || (base.batch == 1 && other.batch == 1);
    const std::int64_t fewer = std::min(std::ssize(base.sorted), std::ssize(other.sorted));
    if (!is_single || fewer < needed) return std::nullopt;
    return std::log(st::quantile_of_sorted(other.sorted, *p) /
                    st::quantile_of_sorted(base.sorted, *p));
  }
  const bool only_clean = metric == Metric::kTimeClean;
  const std::vector<double> logs = round_logs(base, other, only_clean);
  if (logs.empty() || (only_clean && logs.size() < kCleanRoundsMin)) return std::nullopt;
  return st::median(logs);
}

/// What the metric adds to the log-ratio of times: log of base count over other count for times per
/// work, of other over base for rates (whose sign is turned). None where nothing was counted.
std::optional<double> count_shift(const MeasuredArm& base, const MeasuredArm& other,
                                  Metric metric) {
  double over = 1;
  double under = 1;
  if (metric == Metric::kTimePerWork) over = base.work, under = other.work;
  if (metric == Metric::kFlopsRate) over = other.flops, under = base.flops;
  if (metric == Metric::kBytesRate) over = other.bytes, under = base.bytes;
  if (!(over > 0) || !(under > 0)) return std::nullopt;
  return std::log(over / under);
}

PairedLogs nothing(State state, std::string reason) {
  PairedLogs none;
  none.state = state;
  none.reason = std::move(reason);
  return none;
}

/// The weaker of the reasons why two arms cannot be compared; none where they can.
std::optional<PairedLogs> obstacle(const MeasuredTrial& trial, std::string_view base_name,
                                   std::string_view other_name) {
  std::optional<PairedLogs> worst;
  for (const std::string_view name : {base_name, other_name}) {
    const MeasuredArm* arm = trial.find(name);
    if (arm == nullptr) return nothing(State::kNotMeasured, format("no arm {}", name));
    const auto missing = missing_because(*arm);
    if (!missing || (worst && worst->state >= missing->state())) continue;
    worst = nothing(missing->state(), format("{}: {}", name, missing->reason()));
  }
  return worst;
}

/// Time that passed and time of a model are not compared; two of models are, and say so.
std::optional<PairedLogs> mixture(const MeasuredArm& base, const MeasuredArm& other) {
  if (base.simulated_by.empty() == other.simulated_by.empty()) return std::nullopt;
  const MeasuredArm& simulated = base.simulated_by.empty() ? other : base;
  const MeasuredArm& measured = base.simulated_by.empty() ? base : other;
  return nothing(State::kNotMeasured,
                 format("{} is simulated ({}) and {} was measured: they are not compared",
                        simulated.name, simulated.simulated_by, measured.name));
}

void mark_contamination(const MeasuredArm& base, const MeasuredArm& other, std::size_t drifting,
                        PairedLogs& paired) {
  const std::size_t total = paired.logs.size();
  const std::size_t missed = std::max(base.misses.size(), other.misses.size());
  if (missed > 0) {
    paired.state = State::kContaminated;
    paired.reason = format("{} of {} processes did not measure both arms", missed, missed + total);
  } else if (drifting > 0 && 2 * drifting >= total) {
    paired.state = State::kContaminated;
    paired.reason = format("the ratio drifted in {} of {} processes", drifting, total);
  }
}

}  // namespace

std::optional<Metric> parse_metric(std::string_view name) {
  const auto* const found = std::ranges::find(kMetricNames, name, &MetricName::name);
  if (found == kMetricNames.end()) return std::nullopt;
  return found->metric;
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const MetricName& one : kMetricNames) {
    names.emplace_back(one.name);
  }
  return names;
}

Value PairedLogs::value(double confidence) const {
  if (!has_number(state)) return Value::missing(state, reason);
  if (are_values) return st::plain_over_processes(logs, confidence).weakened(state, reason);
  return value_of(logs, simulated_by, confidence).weakened(state, reason);
}

PairedLogs paired_by(const MeasuredTrial& trial, std::string_view base_name,
                     std::string_view other_name, const LogInProcess& log_in_process) {
  if (auto missing = obstacle(trial, base_name, other_name)) return *std::move(missing);
  const MeasuredArm& base = *trial.find(base_name);
  const MeasuredArm& other = *trial.find(other_name);
  if (auto mixed = mixture(base, other)) return *std::move(mixed);
  PairedLogs paired;
  std::size_t drifting = 0;
  for (const ProcessSamples& in_base : base.processes) {
    const ProcessSamples* in_other = other.find(in_base.replicate);
    if (in_other == nullptr) continue;
    const auto log = log_in_process(in_base, *in_other);
    if (!log) continue;
    paired.replicates.push_back(in_base.replicate);
    paired.logs.push_back(*log);
    drifting += has_drifting_ratio(in_base, *in_other) ? 1U : 0U;
  }
  if (paired.logs.empty()) {
    return nothing(State::kNotMeasured, "no process has enough samples of both arms");
  }
  if (!base.simulated_by.empty()) {
    paired.state = State::kSimulated;
    paired.simulated_by = base.simulated_by == other.simulated_by
                              ? base.simulated_by
                              : format("{} and {}", base.simulated_by, other.simulated_by);
    paired.reason = paired.simulated_by;
  }
  mark_contamination(base, other, drifting, paired);
  if (paired.state == State::kContaminated && !paired.simulated_by.empty()) {
    paired.reason += "; " + paired.simulated_by;
  }
  return paired;
}

PairedLogs paired_logs(const MeasuredTrial& trial, std::string_view base_name,
                       std::string_view other_name, Metric metric) {
  const MeasuredArm* base = trial.find(base_name);
  const MeasuredArm* other = trial.find(other_name);
  std::optional<double> shift = 0;
  // Of arms that cannot be paired nothing is counted: pairing says why.
  if (!obstacle(trial, base_name, other_name) && !mixture(*base, *other)) {
    shift = count_shift(*base, *other, metric);
  }
  if (!shift) return nothing(State::kNotMeasured, "the workload does not count what is compared");
  const bool is_rate = metric == Metric::kFlopsRate || metric == Metric::kBytesRate;
  return paired_by(
      trial, base_name, other_name,
      [&](const ProcessSamples& in_base, const ProcessSamples& in_other) -> std::optional<double> {
        const auto log = log_in_process(in_base, in_other, metric);
        if (!log) return std::nullopt;
        return (is_rate ? -*log : *log) + *shift;
      });
}

std::vector<RatioFinding> ratios_of(const MeasuredTrial& trial, double confidence) {
  std::vector<RatioFinding> ratios;
  for (std::size_t i = 1; i < trial.arms.size(); ++i) {
    const MeasuredArm& base = trial.arms.front();
    const MeasuredArm& other = trial.arms[i];
    PairedLogs paired = paired_logs(trial, base.name, other.name, Metric::kTime);
    RatioFinding& ratio = ratios.emplace_back();
    ratio.trial_id = trial.id;
    ratio.kind = trial.kind;
    ratio.comparison = trial.comparison;
    ratio.base = base.name;
    ratio.other = other.name;
    ratio.factors = trial.factors;
    ratio.ratio = paired.value(confidence);
    const auto shift = count_shift(base, other, Metric::kTimePerWork);
    ratio.ratio_per_work = shift || !ratio.ratio.has_number()
                               ? ratio.ratio.scaled(std::exp(shift.value_or(0)))
                               : Value::missing(State::kNotMeasured, "the workload counts no work");
    const bool asks = !paired.logs.empty() && paired.simulated_by.empty();  // Chance has no part
    if (asks) ratio.p_value = st::process_p_value(paired.logs);             // in a simulation.
    ratio.process_log_ratios = std::move(paired.logs);
  }
  return ratios;
}

void adjust_p_values(std::vector<RatioFinding>& ratios) {
  std::vector<RatioFinding*> asked;
  std::vector<double> p_values;
  for (RatioFinding& ratio : ratios) {
    const bool is_answered = std::ssize(ratio.process_log_ratios) >= st::kProcessesMin;
    const bool is_simulated = ratio.ratio.state() == State::kSimulated;
    if (ratio.kind == sweep::TrialKind::kFloor || !is_answered || is_simulated) continue;
    asked.push_back(&ratio);
    p_values.push_back(ratio.p_value);
  }
  const std::vector<double> adjusted = st::adjust_benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    asked[i]->p_adjusted = adjusted[i];
  }
}

}  // namespace assay::analysis
