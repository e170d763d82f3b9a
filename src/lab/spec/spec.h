// SPDX-License-Identifier: MIT
// An experiment in force: composed, overridden, checked, every default resolved. Later code has no
// defaults of its own; what a Spec says is what happens, and `resolved` is what config.json keeps.
//
//   ASSAY_TRY(Spec spec, load_spec({.path = "experiments/night_sweep/g3.yaml", .scale = "smoke",
//                                   .overrides = {"measure.processes=5"}}, vocabulary));
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "core/units.h"
#include "lab/measure/policy.h"
#include "lab/spec/expression.h"
#include "lab/spec/factors.h"
#include "lab/spec/vocabulary.h"

namespace assay::spec {

/// Of `Spec::resolved`, and so of config.json.
inline constexpr std::string_view kSpecSchema = "assay.spec/1";

/// One swept dimension. A plain axis has one name; zipped axes move together and have several.
struct Axis {
  std::vector<std::string> names;
  std::vector<std::vector<Scalar>> rows;  ///< Each as long as `names`.
  std::string label = {};  ///< What the file calls a zipped one; a plain one has its name.
};

/// What is compared inside one trial: named overrides of the trial's factors.
struct Arm {
  std::string name;
  Factors overrides;
};

/// `compare:` two cells of the sweep, measured side by side as the two arms of a trial of its own.
struct Comparison {
  std::string name;
  std::string axis;  ///< The factor that differs, or the label of a zipped axis.
  /// (base, other): what each side sets, the same names in all. One for a factor, all of its axis
  /// for a label.
  std::vector<std::pair<Factors, Factors>> pairs;
  Expression where;  ///< Which of the remaining points; empty: all.
  /// In which arms; the first of the experiment where none is said.
  std::vector<std::string> arms;
};

enum class Bound : std::uint8_t { kBelow, kAbove, kWithin };

/// A sentence that the data can refute.
struct Claim {
  std::string id;
  std::string says;
  std::string metric;      ///< "time", "time_per_work", ..., or what the workload declares.
  std::string unit = {};   ///< Of a declared metric: "ns", "fraction", ...
  std::string comparison;  ///< Name of a Comparison; empty: compares arms of ordinary trials.
  std::string base;        ///< Arm names; for a Comparison they are "base" and "other".
  std::string other;
  Expression where;
  /// Of the metric itself in the arm `base`, in its unit; else of a ratio of two.
  bool is_of_value = false;
  Bound bound = Bound::kBelow;
  double limit = 1;   ///< Of the ratio other/base or the value; for kWithin the margin around 1.
  bool every = true;  ///< Every selected point must satisfy it; else their geometric mean.
  double confidence = 0.95;
  int processes_min = 3;
};

struct FigureRequest {
  std::string id;
  std::string kind;  ///< A name of Vocabulary::figures.
  std::string title;
  std::string x;      ///< A factor.
  std::string y;      ///< A metric.
  std::string color;  ///< A factor or "arm".
  std::string facet;  ///< A factor, or empty.
  Expression where;
};

struct TableRequest {
  std::string id;
  std::string kind;  ///< A name of Vocabulary::tables.
  std::string title;
  std::vector<std::string> columns;  ///< Factors and metrics; empty: the kind's own choice.
  Expression where;
};

/// A group of results.json: its fields, and the factor that each shows.
struct ResultsGroup {
  std::string name;
  std::vector<std::pair<std::string, std::string>> factors;
};

/// How cells are called, and how results.json groups their factors.
struct ResultsRequest {
  std::string label;  ///< "vit{patch}x{depth}x{width}"; empty: the trial's id.
  std::vector<std::pair<std::string, Expression>> suffixes;  ///< Each where its condition holds.
  std::vector<ResultsGroup> groups;
};

/// What a test may check about the experiment without running it, and after a smoke run.
struct Expect {
  std::int64_t trials = -1;           ///< Points of the axes that are measured; -1: not said.
  std::int64_t cells = -1;            ///< Those x arms. Pairs and floors are in neither.
  std::vector<std::string> statuses;  ///< The statuses that may occur; empty: ok only.
};

enum class Isolation : std::uint8_t { kTrial, kGroup };
enum class Order : std::uint8_t { kShuffled, kListed };

/// How the trials of a run are carried out (how one trial is sampled is measure::Policy).
struct RunPolicy {
  int processes = 3;  ///< Replicates: each a fresh process over the whole sweep.
  /// Trials of an undecided claim get up to so many. Above `processes`, every look at the verdict
  /// spends part of its error.
  int processes_max = 3;
  /// Trials get processes until their interval has this relative half-width; 0: all the same
  /// number.
  double width_target = 0;
  Nanoseconds budget{0};  ///< Of all processes beyond `processes` together; 0: no limit.
  Isolation isolate = Isolation::kGroup;
  Order order = Order::kShuffled;
  Nanoseconds trial_timeout{60s};
  Bytes memory_max{std::int64_t{4} << 30};
  int threads = 1;       ///< Of the measured work.
  int floor_trials = 1;  ///< A/A trials per experiment and process.
  std::uint64_t seed = 1;
};

struct Spec {
  std::string name;
  std::string group;
  std::string question;
  std::string workload;
  std::string scale;
  std::filesystem::path path;
  std::vector<std::string> overrides;  ///< As they were given: what repeats this Spec.
  Factors params;
  std::vector<Axis> axes;
  Expression where;
  std::vector<Arm> arms;  ///< At least one; the first is the base of ratios.
  std::vector<Comparison> compare;
  measure::Policy measure;
  RunPolicy run;
  std::vector<Claim> claims;
  std::vector<FigureRequest> figures;
  std::vector<TableRequest> tables;
  ResultsRequest results;
  std::vector<MetricEntry> metrics;  ///< That the workload declares.
  Expect expect;
  codec::Node resolved;  ///< The whole of the above as a document: goes to config.json.
};

struct SpecRequest {
  std::filesystem::path path;
  std::string scale;  ///< "smoke", "cpu", "full".
  std::vector<std::string>
      overrides;  ///< `key=value`, `+key=value`, `~key`, as Hydra's users know.
};

Result<Spec> load_spec(const SpecRequest& request, const Vocabulary& vocabulary);

/// The Spec of an already composed document: `load_spec` after composition, and what a run folder's
/// config.json reads back to.
Result<Spec> spec_from(const codec::Node& document, const Vocabulary& vocabulary);

}  // namespace assay::spec
