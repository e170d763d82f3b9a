// SPDX-License-Identifier: MIT
// The records of a run put together per trial and arm: which processes measured it, with what
// times, and what happened in the others. Everything else in analysis reads only this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/value.h"
#include "lab/spec/spec.h"
#include "lab/store/record.h"
#include "lab/sweep/trial.h"

namespace assay::analysis {

/// An arm in one process that measured it.
struct ProcessSamples {
  int replicate = 0;
  std::string started;      ///< UTC: the trial in this process.
  Nanoseconds duration{0};  ///< Of the whole trial, preparation and checks included.
  std::int64_t batch = 1;
  std::vector<double> times;           ///< Nanoseconds per call, in the order of the rounds.
  std::vector<double> sorted;          ///< The same, rising.
  std::vector<std::uint8_t> doubts;    ///< Bits of measure::Doubt, as long as `times`.
  std::vector<std::string> sentences;  ///< Doubts about this process: recorded ones and drift.
  std::string build;
  double log_median = 0;
  std::vector<std::pair<std::string, Value>> metrics;  ///< That the workload declares.
};

/// A process in which the arm was not measured.
struct Miss {
  int replicate = 0;
  store::Status status = store::Status::kFailed;
  std::string reason;
};

struct MeasuredArm {
  std::string name;
  spec::Factors factors;  ///< Asked for.
  spec::Factors observed;
  spec::Factors mechanism;
  double flops = 0;
  double bytes = 0;
  double work = 0;
  std::string simulated_by;               ///< Of its time; empty: measured.
  std::vector<ProcessSamples> processes;  ///< By replicate.
  std::vector<Miss> misses;

  const ProcessSamples* find(int replicate) const;
};

struct MeasuredTrial {
  std::string id;
  sweep::TrialKind kind = sweep::TrialKind::kCell;
  std::string comparison;
  spec::Factors factors;
  bool is_duplicate = false;  ///< Equal to an earlier trial after resolution, and not measured.
  std::vector<MeasuredArm> arms;

  const MeasuredArm* find(std::string_view arm) const;
};

/// In the order of the spec's trials; records of trials that the spec does not have come last. Of a
/// trial whose content changed between records only the latest content counts, and of a replicate
/// the latest record.
std::vector<MeasuredTrial> gather(const spec::Spec& spec,
                                  const std::vector<store::Record>& records);

/// Why this arm has no number at all: nothing recorded, no process that measured it, or a process
/// in which it answered wrongly or without the factors asked for, which no other process redeems.
std::optional<Value> missing_because(const MeasuredArm& arm);

}  // namespace assay::analysis
