// SPDX-License-Identifier: MIT
#include "lab/analysis/cells.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/format.h"
#include "core/statistics/order_statistics.h"
#include "core/statistics/processes.h"
#include "lab/analysis/doubt.h"
#include "lab/analysis/floors.h"
#include "lab/spec/results.h"

namespace assay::analysis {
namespace {

namespace st = statistics;

/// Below this many clean samples a process has no clean median.
constexpr std::size_t kCleanSamplesMin = 6;

struct Percentile {
  double p = 0;
  std::string_view name;
  Value CellFinding::*into = nullptr;
};
constexpr Percentile kPercentiles[] = {{0.5, "p50", &CellFinding::p50},
                                       {0.9, "p90", &CellFinding::p90},
                                       {0.95, "p95", &CellFinding::p95},
                                       {0.99, "p99", &CellFinding::p99},
                                       {0.999, "p99.9", &CellFinding::p999}};

Value percentile_of(const MeasuredArm& arm, const Percentile& wanted, double confidence) {
  const std::int64_t needed = st::percentile_samples_min(wanted.p);
  std::vector<double> pool;
  std::vector<double> logs;
  for (const ProcessSamples& process : arm.processes) {
    if (process.batch > 1 && wanted.p > 0.5) {
      return Value::missing(
          State::kNotMeasured,
          format("a sample is a batch of {} calls, which hides the slow ones", process.batch));
    }
    pool.insert(pool.end(), process.sorted.begin(), process.sorted.end());
    if (std::ssize(process.sorted) >= needed) {
      logs.push_back(std::log(st::quantile_of_sorted(process.sorted, wanted.p)));
    }
  }
  if (std::ssize(pool) < needed) {
    return Value::missing(State::kNotMeasured,
                          format("{} samples, {} needs {}", pool.size(), wanted.name, needed));
  }
  // Of its own in every process: an interval over them. Else only all together reach so far.
  if (logs.size() == arm.processes.size()) return value_of(logs, arm.simulated_by, confidence);
  Value together = Value::measured(st::quantile(pool, wanted.p));
  if (std::ssize(arm.processes) >= st::kProcessesMin) return together;
  return together.weakened(State::kUndecided, st::over_processes(logs_of(arm), 0.95).reason());
}

Value clean_time(const MeasuredTrial& trial, const MeasuredArm& arm, double confidence) {
  if (const auto uneven = uneven_doubts(trial)) return Value::missing(State::kNotMeasured, *uneven);
  std::vector<double> logs;
  for (const ProcessSamples& process : arm.processes) {
    std::vector<double> clean;
    for (std::size_t i = 0; i < process.times.size(); ++i) {
      if (process.doubts[i] == 0) clean.push_back(process.times[i]);
    }
    const bool is_enough = clean.size() >= kCleanSamplesMin || clean.size() == process.times.size();
    if (is_enough) logs.push_back(std::log(st::median(clean)));
  }
  if (logs.empty()) {
    return Value::missing(State::kNotMeasured,
                          format("no process has {} samples without doubt", kCleanSamplesMin));
  }
  return value_of(logs, arm.simulated_by, confidence);
}

void split_spread(const MeasuredArm& arm, CellFinding& cell) {
  std::vector<double> within;
  for (const ProcessSamples& process : arm.processes) {
    const double relative =
        st::median_standard_error(process.sorted) / std::exp(process.log_median);
    within.push_back(relative * relative);
  }
  cell.within_sd = std::sqrt(st::mean(within));
  cell.between_sd = std::sqrt(st::variance(cell.process_logs));
}

/// A count per call over the time of a call, per second.
Value rate_of(double count, const Value& time, std::string_view what) {
  if (!(count > 0)) {
    return Value::missing(State::kNotMeasured, format("the workload counts no {}", what));
  }
  return Value::measured(count * 1e9) / time;
}

void set_all_values(CellFinding& cell, const Value& value) {
  for (Value CellFinding::*field :
       {&CellFinding::time, &CellFinding::time_clean, &CellFinding::time_per_work,
        &CellFinding::flops_rate, &CellFinding::bytes_rate, &CellFinding::p50, &CellFinding::p90,
        &CellFinding::p95, &CellFinding::p99, &CellFinding::p999}) {
    cell.*field = value;
  }
}

/// One number per process, as it is; missing where it is missing in any.
Value metric_of(const MeasuredArm& arm, const std::string& name, double confidence) {
  std::vector<double> values;
  for (const ProcessSamples& process : arm.processes) {
    const auto found =
        std::ranges::find(process.metrics, name, &std::pair<std::string, Value>::first);
    if (found == process.metrics.end()) {
      return Value::missing(State::kNotMeasured, "an earlier version did not measure it");
    }
    if (!found->second.has_number()) return found->second;
    values.push_back(found->second.number());
  }
  return st::plain_over_processes(values, confidence);
}

void set_values(const MeasuredTrial& trial, const MeasuredArm& arm, double confidence,
                const std::optional<std::string>& contamination, CellFinding& cell) {
  const auto doubted = [&](const Value& value) {
    if (!value.has_number()) return value;
    Value said =
        arm.simulated_by.empty() ? value : value.weakened(State::kSimulated, arm.simulated_by);
    if (!contamination) return said;
    const std::string source = arm.simulated_by.empty() ? "" : "; " + arm.simulated_by;
    return said.weakened(State::kContaminated, *contamination + source);
  };
  cell.time = doubted(value_of(cell.process_logs, arm.simulated_by, confidence));
  cell.time_clean = doubted(clean_time(trial, arm, confidence));
  cell.time_per_work = arm.work > 0
                           ? cell.time.scaled(1 / arm.work)
                           : Value::missing(State::kNotMeasured, "the workload counts no work");
  cell.flops_rate = rate_of(arm.flops, cell.time, "operations");
  cell.bytes_rate = rate_of(arm.bytes, cell.time, "bytes");
  for (const Percentile& percentile : kPercentiles) {
    cell.*percentile.into = doubted(percentile_of(arm, percentile, confidence));
  }
  for (const auto& [name, value] : arm.processes.front().metrics) {
    cell.metrics.emplace_back(name, doubted(metric_of(arm, name, confidence)));
  }
}

/// A word as a shell reads it back: quoted where it holds more than plain characters.
std::string shell_word(const std::string& word) {
  const bool is_plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-./=,:+%@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

/// A label that cannot be made says so; the numbers beside it are none the worse.
std::string label_of(const spec::Spec& spec, const MeasuredTrial& trial, const MeasuredArm& arm) {
  if (spec.results.label.empty()) {
    return trial.arms.size() > 1 ? format("{}:{}", trial.id, arm.name) : trial.id;
  }
  spec::Factors names = arm.factors;
  names.set("arm", arm.name);
  const auto label = spec::label_of(spec.results, names);
  return label ? *label : label.error().message();
}

CellFinding identity_of(const spec::Spec& spec, const MeasuredTrial& trial,
                        const MeasuredArm& arm) {
  CellFinding cell;
  cell.trial_id = trial.id;
  cell.label = label_of(spec, trial, arm);
  cell.kind = trial.kind;
  cell.comparison = trial.comparison;
  cell.arm = arm.name;
  cell.factors = arm.factors;
  cell.observed = arm.observed;
  cell.mechanism = arm.mechanism;
  cell.repeat_command = format("assay run {}", shell_word(spec.path.string()));
  for (const std::string& text : spec.overrides) {
    cell.repeat_command += " " + shell_word(text);
  }
  cell.repeat_command += format(" --scale {} --only {}", spec.scale, shell_word(trial.id));
  return cell;
}

}  // namespace

const Value* CellFinding::metric(std::string_view name) const {
  const auto found = std::ranges::find(metrics, name, &std::pair<std::string, Value>::first);
  return found == metrics.end() ? nullptr : &found->second;
}

CellFinding cell_of(const spec::Spec& spec, const MeasuredTrial& trial, const MeasuredArm& arm,
                    double confidence) {
  CellFinding cell = identity_of(spec, trial, arm);
  cell.process_logs = logs_of(arm);
  cell.processes = static_cast<int>(arm.processes.size());
  for (const ProcessSamples& process : arm.processes) {
    if (cell.started.empty()) cell.started = process.started;
    cell.duration += process.duration;
    cell.samples += std::ssize(process.times);
    cell.doubtful_samples +=
        std::ssize(process.doubts) - std::ranges::count(process.doubts, std::uint8_t{0});
  }
  cell.doubts = doubts_of(arm);
  if (const auto missing = missing_because(arm)) {
    set_all_values(cell, *missing);
    return cell;
  }
  cell.cell_class = class_of_arm(spec.workload, arm);
  split_spread(arm, cell);
  set_values(trial, arm, confidence, contamination_of(arm), cell);
  return cell;
}

void count_statuses(const MeasuredTrial& trial, std::map<std::string, std::int64_t>& counts) {
  for (const MeasuredArm& arm : trial.arms) {
    if (!arm.processes.empty()) {
      counts[std::string(to_text(store::Status::kOk))] += std::ssize(arm.processes);
    }
    for (const Miss& miss : arm.misses) {
      ++counts[std::string(to_text(miss.status))];
    }
  }
}

}  // namespace assay::analysis
