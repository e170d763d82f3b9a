// SPDX-License-Identifier: MIT
// What the records of a run say: values with intervals over processes, ratios, cliffs, periods,
// floors, and the verdict of every claim. The report, the tables and the figures read only this.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/node.h"
#include "core/units.h"
#include "core/value.h"
#include "lab/spec/factors.h"
#include "lab/sweep/trial.h"

namespace assay::analysis {

/// One arm of one trial over all its processes.
struct CellFinding {
  std::string trial_id;
  std::string label;  ///< As `results.label` calls it; else the trial's id, and the arm's name.
  sweep::TrialKind kind = sweep::TrialKind::kCell;
  std::string comparison;
  std::string arm;
  spec::Factors factors;   ///< Asked for, arm overrides included.
  spec::Factors observed;  ///< What was in force; empty where nothing was measured.
  spec::Factors mechanism;
  std::string cell_class;  ///< class_of_cell: which floor it is held against.
  Value time;              ///< Nanoseconds per call, median; interval over processes.
  Value time_clean;        ///< The same without doubtful samples.
  Value time_per_work;     ///< Nanoseconds per unit of work.
  Value flops_rate;        ///< FLOP/s
  Value bytes_rate;        ///< byte/s
  /// Of single calls: missing below their sample count, and where a sample is a batch of calls.
  Value p50, p90, p95, p99, p999;
  /// What the workload measures besides time, by the names it declares (spec::MetricEntry).
  std::vector<std::pair<std::string, Value>> metrics;
  double between_sd = 0;             ///< Of the log of the process medians.
  double within_sd = 0;              ///< Of the log of a process median, as seen from inside.
  std::vector<double> process_logs;  ///< Log of the median time in ns, one per process.
  int processes = 0;
  std::int64_t samples = 0;
  std::int64_t doubtful_samples = 0;
  std::vector<std::string> doubts;
  std::string started;      ///< UTC: in the first process; empty where nothing was measured.
  Nanoseconds duration{0};  ///< Of its trial in all processes, preparation and checks included.
  std::string repeat_command;

  /// nullptr where the workload measured none of this name.
  const Value* metric(std::string_view name) const;
};

/// Arm against the base arm of the same trial: paired, interval over processes.
struct RatioFinding {
  std::string trial_id;
  sweep::TrialKind kind = sweep::TrialKind::kCell;
  std::string comparison;
  std::string base;
  std::string other;
  spec::Factors factors;
  Value ratio;                             ///< time(other) / time(base)
  Value ratio_per_work;                    ///< The same per unit of work.
  std::vector<double> process_log_ratios;  ///< Medians of the paired log-ratio, one per process.
  double p_value = 1;                      ///< Two-sided, that the ratio is 1; before correction.
  double p_adjusted = 1;                   ///< Benjamini-Hochberg over the run.
};

/// The difference that the instrument sees where there is none.
struct Floor {
  std::string cell_class;  ///< class_of_cell: the cells it holds for.
  std::string trial_id;    ///< Empty for one that was taken over from an earlier run.
  std::string run_id;      ///< That run; empty for one of this run.
  Value ratio;             ///< A/A with its interval.
  double detectable =
      0;  ///< Minimum detectable effect: max |bound| of the interval, as a fraction.
};

/// A step in a series over an axis, found by change-point search and tested by permutation.
struct Cliff {
  std::string axis;
  spec::Factors series;  ///< The other factors and the arm.
  double before = 0;     ///< The step lies between these two values of the axis.
  double after = 0;
  double ratio = 1;  ///< Level after over level before, per unit of work.
  double p_value = 1;
  std::string dispatch;  ///< "kernel changed: a -> b" where the mechanism changed at the step.
};

struct Period {
  std::string axis;
  spec::Factors series;
  int modulus = 0;
  double ratio = 1;  ///< Not a multiple over multiple, per unit of work.
  double p_value = 1;
};

enum class Verdict : std::uint8_t { kSupported, kRefuted, kUndecided, kNotMeasured };
std::string_view to_text(Verdict verdict);

struct ClaimFinding {
  std::string id;
  std::string says;
  Verdict verdict = Verdict::kNotMeasured;
  Value value;            ///< The ratio or the metric that decided, with its interval.
  std::string unit = {};  ///< Of the value, behind a space: " ms"; empty: a ratio or a fraction.
  std::string bound;      ///< "< 0.667", "< 20 ms"
  /// Of an undecided claim that more processes would decide: how many in all.
  std::optional<std::int64_t> processes_needed;
  std::string because;  ///< One sentence: what was seen, or what is missing and how much it takes.
  std::vector<std::string> trial_ids;
  bool self_test_passed = false;  ///< On data with the effect reversed the verdict was `refuted`.
};

struct Findings {
  std::vector<CellFinding> cells;
  std::vector<RatioFinding> ratios;
  std::vector<Floor> floors;
  std::vector<Cliff> cliffs;
  std::vector<Period> periods;
  std::vector<ClaimFinding> claims;
  std::map<std::string, std::int64_t> status_counts;  ///< Over arms of records.
};

}  // namespace assay::analysis
