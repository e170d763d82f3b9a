// SPDX-License-Identifier: MIT
// What is kept of one trial measured in one process: a line of raw.jsonl. A trial measured in five
// processes has five records (replicates 0..4); analysis puts them together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "core/value.h"
#include "lab/measure/series.h"
#include "lab/spec/factors.h"
#include "lab/sweep/trial.h"

namespace assay::store {

inline constexpr std::string_view kRecordSchema = "assay.record/1";

/// What happened to an arm. kOk is the only one with samples.
enum class Status : std::uint8_t {
  kOk,
  kSkipped,
  kUnsupported,
  kNotApplied,
  kWrong,
  kTimedOut,
  kOutOfMemory,
  kFailed,
};
inline constexpr std::size_t kStatusCount = static_cast<std::size_t>(Status::kFailed) + 1;
std::string_view to_text(Status status);
/// The state that a missing value gets because of the status. Checked: not for kOk.
State state_of(Status status);

/// How the answer was checked before anything was timed.
struct Verification {
  std::string method;  ///< "every element against fp64", "64 of 8192 rows against fp64", ...
  double error = 0;    ///< The largest found, in the units of `tolerance`.
  double tolerance = 0;
};

struct ArmRecord {
  std::string name;
  Status status = Status::kFailed;
  std::string reason;  ///< Why it is not kOk.
  spec::Factors asked;
  spec::Factors observed;   ///< Read back from what was prepared; a superset of `asked`.
  spec::Factors mechanism;  ///< Kernel chosen, library and version, tile, memory, ...
  double flops = 0;         ///< Useful floating-point operations of one call; 0: not counted.
  double bytes = 0;         ///< Unique bytes that one call must touch; 0: not counted.
  double work = 0;          ///< Units of work of one call, for per-work comparison; 0: none.
  Verification verification;
  /// What the workload measured besides time, by the names it declares, in its order.
  std::vector<std::pair<std::string, Value>> metrics;
  measure::ArmSeries series;
};

struct Record {
  std::uint64_t trial_key = 0;
  std::string trial_id;
  sweep::TrialKind kind = sweep::TrialKind::kCell;
  std::string comparison;
  spec::Factors factors;
  int replicate = 0;
  int position = 0;  ///< In the shuffled order of its replicate.
  std::uint64_t seed = 0;
  std::string build;   ///< Identity of the binary that measured.
  std::string policy;  ///< Hash of the measuring policy.
  std::int64_t pid = 0;
  std::string started;              ///< UTC.
  Nanoseconds duration{0};          ///< Of the whole trial, preparation and checks included.
  Status status = Status::kFailed;  ///< The worst of its arms.
  std::string reason;
  std::vector<ArmRecord> arms;
  std::vector<std::vector<std::uint8_t>> order;
  Nanoseconds sample_length{0};
  std::string stopped_by;
  std::string sampling;             ///< Why so many samples, where a planner chose their number.
  std::vector<std::string> doubts;  ///< About the whole trial: "drift", "sentinel moved 4 %", ...
};

/// A record as it stands on disk, and back, exactly. Keys and seeds are 16 hexadecimal digits,
/// times are `_ns`, and what was not counted is null, never 0. Checked: every sample has its
/// doubts.
codec::Node to_node(const Record& record);
Result<Record> record_from(const codec::Node& node);

}  // namespace assay::store
