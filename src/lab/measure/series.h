// SPDX-License-Identifier: MIT
// What sampling one trial in one process gave. Samples are kept raw and in the order of the rounds:
// in every round each arm was sampled once, so `arms[a].samples[r]` and `arms[b].samples[r]` were
// taken side by side and their log-ratio is a paired difference.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.h"

namespace assay::measure {

/// Why a sample may not be believed; a set of bits. It is kept and marked, never dropped.
enum Doubt : std::uint8_t {
  kNone = 0,
  kPreempted = 1,  ///< Involuntary context switches grew during the sample.
  kFaulted = 2,    ///< Major page faults grew.
  kMigrated = 4,   ///< The measuring thread woke up on another CPU.
};

struct ArmSeries {
  std::int64_t batch = 1;            ///< Calls per sample.
  std::vector<Nanoseconds> samples;  ///< Of the whole batch.
  std::vector<std::uint8_t> doubts;  ///< Bits of Doubt, as long as `samples`.
  std::string simulated_by = {};     ///< "virtual clock of sim:l40s"; empty: measured.
};

/// Why sampling ended.
enum class StopReason : std::uint8_t { kWidth, kBudget, kSamplesMax };
std::string_view to_text(StopReason reason);

struct Series {
  std::vector<ArmSeries> arms;                   ///< In the order of the arms that were handed in.
  std::vector<std::vector<std::uint8_t>> order;  ///< Per round: the arms in the order they ran.
  Nanoseconds sample_length{0};  ///< The target in force (from the pilot where asked); 0: one call.
  bool own_batches = false;      ///< The arms differ too much in speed to share one batch.
  int warmup_samples = 0;        ///< Until the plateau, per arm.
  bool reached_plateau = false;
  StopReason stopped_by = StopReason::kBudget;
  /// About the whole series, for the record: what is wrong in fixed words, a colon, the values.
  std::vector<std::string> doubts;
};

}  // namespace assay::measure
