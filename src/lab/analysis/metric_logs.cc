// SPDX-License-Identifier: MIT
#include "lab/analysis/metric_logs.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/format.h"
#include "lab/analysis/doubt.h"
#include "lab/analysis/floors.h"

namespace assay::analysis {
namespace {

PairedLogs nothing(State state, std::string reason) {
  PairedLogs none;
  none.state = state;
  none.reason = std::move(reason);
  return none;
}

Value said_by(const ProcessSamples& process, std::string_view metric) {
  const auto found =
      std::ranges::find(process.metrics, metric, &std::pair<std::string, Value>::first);
  if (found != process.metrics.end()) return found->second;
  return Value::missing(State::kNotMeasured, format("{} was not measured", metric));
}

/// Why an arm has no such number in some process; none where every process has one.
std::optional<PairedLogs> unsaid(const MeasuredArm& arm, std::string_view metric, bool is_ratio) {
  for (const ProcessSamples& process : arm.processes) {
    const Value value = said_by(process, metric);
    if (!value.has_number()) {
      return nothing(value.state(),
                     format("{}, process {}: {}", arm.name, process.replicate + 1, value.reason()));
    }
    if (is_ratio && !(value.number() > 0)) {
      return nothing(State::kNotMeasured,
                     format("{} of {} is {:.4g} in process {}, of which there is no ratio; claim "
                            "its `value`",
                            metric, arm.name, value.number(), process.replicate + 1));
    }
  }
  return std::nullopt;
}

}  // namespace

PairedLogs paired_metric(const MeasuredTrial& trial, std::string_view base, std::string_view other,
                         std::string_view metric) {
  for (const std::string_view name : {base, other}) {
    const MeasuredArm* arm = trial.find(name);
    if (arm == nullptr || missing_because(*arm)) continue;  // Pairing says what is missing.
    if (auto absent = unsaid(*arm, metric, true)) return *std::move(absent);
  }
  return paired_by(
      trial, base, other, [metric](const ProcessSamples& in_base, const ProcessSamples& in_other) {
        return std::optional(
            std::log(said_by(in_other, metric).number() / said_by(in_base, metric).number()));
      });
}

PairedLogs metric_values(const MeasuredTrial& trial, std::string_view arm_name,
                         std::string_view metric) {
  const MeasuredArm* arm = trial.find(arm_name);
  if (arm == nullptr) return nothing(State::kNotMeasured, format("no arm {}", arm_name));
  if (const auto missing = missing_because(*arm)) {
    return nothing(missing->state(), format("{}: {}", arm_name, missing->reason()));
  }
  if (auto absent = unsaid(*arm, metric, false)) return *std::move(absent);
  PairedLogs values;
  values.are_values = true;
  for (const ProcessSamples& process : arm->processes) {
    values.replicates.push_back(process.replicate);
    values.logs.push_back(said_by(process, metric).number());
  }
  if (!arm->simulated_by.empty()) {
    values.state = State::kSimulated;
    values.simulated_by = values.reason = arm->simulated_by;
  }
  if (const auto contamination = contamination_of(*arm)) {
    values.state = State::kContaminated;
    values.reason = *contamination;
  }
  return values;
}

std::vector<Floor> metric_floors(const std::string& workload,
                                 const std::vector<MeasuredTrial>& trials,
                                 std::string_view metric) {
  constexpr double kConfidence = 0.95;  // Of the floors of times.
  std::vector<Floor> floors;
  for (const MeasuredTrial& trial : trials) {
    if (trial.kind != sweep::TrialKind::kFloor || trial.arms.size() < 2) continue;
    const PairedLogs paired = paired_metric(trial, trial.arms[0].name, trial.arms[1].name, metric);
    if (!has_number(paired.state) || !paired.simulated_by.empty()) continue;
    floors.push_back(
        floor_of_ratio(class_of_arm(workload, trial.arms[0]), trial.id, paired.value(kConfidence)));
  }
  return floors;
}

}  // namespace assay::analysis
