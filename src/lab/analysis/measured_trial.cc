// SPDX-License-Identifier: MIT
#include "lab/analysis/measured_trial.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/format.h"
#include "core/statistics/drift.h"
#include "core/statistics/order_statistics.h"
#include "lab/sweep/expand.h"

namespace assay::analysis {
namespace {

using store::ArmRecord;
using store::Record;
using store::Status;

/// A clock too coarse for the work can show no time at all; its logarithm must stay finite.
constexpr double kTimeMin = 1e-6;

/// The records of one trial that count: the latest of every replicate under the latest key.
std::map<int, const Record*> latest_of(const std::vector<const Record*>& records) {
  std::map<int, const Record*> latest;
  for (const Record* record : records) {
    if (record->trial_key == records.back()->trial_key) latest[record->replicate] = record;
  }
  return latest;
}

/// `resolution`: what the run was asked to resolve; a smaller drift does not matter to it.
ProcessSamples samples_of(const Record& record, const ArmRecord& arm, double resolution) {
  ProcessSamples process;
  process.replicate = record.replicate;
  process.started = record.started;
  process.duration = record.duration;
  process.metrics = arm.metrics;
  process.batch = std::max<std::int64_t>(1, arm.series.batch);
  process.doubts = arm.series.doubts;
  process.doubts.resize(arm.series.samples.size());
  // What disturbs the machine does not disturb a virtual clock.
  if (arm.series.simulated_by.empty()) process.sentences = record.doubts;
  process.build = record.build;
  process.times.reserve(arm.series.samples.size());
  const double calls = static_cast<double>(process.batch);
  for (const Nanoseconds sample : arm.series.samples) {
    process.times.push_back(std::max(kTimeMin, static_cast<double>(sample.count())) / calls);
  }
  process.sorted = statistics::to_sorted(process.times);
  if (statistics::is_drifting(process.times, resolution)) {
    const double moved = statistics::half_ratio(process.times, 0.95).ratio - 1;
    process.sentences.push_back(
        format("the median drifted by {:+.1f} % while sampled", 100 * moved));
  }
  process.log_median = std::log(statistics::quantile_of_sorted(process.sorted, 0.5));
  return process;
}

MeasuredArm& arm_named(MeasuredTrial& trial, const std::string& name) {
  const auto found = std::ranges::find(trial.arms, name, &MeasuredArm::name);
  if (found != trial.arms.end()) return *found;
  trial.arms.emplace_back().name = name;
  return trial.arms.back();
}

void add_arm(MeasuredTrial& trial, const Record& record, const ArmRecord& arm, double resolution) {
  MeasuredArm& into = arm_named(trial, arm.name);
  into.factors = arm.asked;
  const bool is_measured = arm.status == Status::kOk && !arm.series.samples.empty();
  if (!is_measured) {
    const bool is_empty = arm.status == Status::kOk;
    into.misses.push_back({record.replicate, is_empty ? Status::kFailed : arm.status,
                           is_empty ? "recorded as ok without a sample" : arm.reason});
    return;
  }
  into.observed = arm.observed;
  into.mechanism = arm.mechanism;
  into.flops = arm.flops;
  into.bytes = arm.bytes;
  into.work = arm.work;
  into.simulated_by = arm.series.simulated_by;
  into.processes.push_back(samples_of(record, arm, resolution));
}

/// A record without arms (its process died) speaks for every arm of its trial.
void add_records(MeasuredTrial& trial, const std::map<int, const Record*>& records,
                 double resolution) {
  for (const auto& [replicate, record] : records) {
    for (const ArmRecord& arm : record->arms) {
      add_arm(trial, *record, arm, resolution);
    }
  }
  for (const auto& [replicate, record] : records) {
    if (!record->arms.empty()) continue;
    if (trial.arms.empty()) trial.arms.emplace_back();
    for (MeasuredArm& arm : trial.arms) {
      const Status status = record->status == Status::kOk ? Status::kFailed : record->status;
      arm.misses.push_back({replicate, status, record->reason});
    }
  }
}

MeasuredTrial planned(const sweep::Trial& trial) {
  MeasuredTrial empty{trial.id, trial.kind, trial.comparison, trial.factors, false, {}};
  for (const sweep::TrialArm& arm : trial.arms) {
    MeasuredArm& into = empty.arms.emplace_back();
    into.name = arm.name;
    into.factors = arm.factors;
  }
  return empty;
}

MeasuredTrial unplanned(const Record& record) {
  return {record.trial_id, record.kind, record.comparison, record.factors, false, {}};
}

/// Trials that were not measured because an earlier one is the same: said so, per arm.
void mark_duplicates(const sweep::Sweep& sweep, std::vector<MeasuredTrial>& trials) {
  for (const auto& [duplicate, original] : sweep.duplicates) {
    for (MeasuredArm& arm : trials[duplicate].arms) {
      if (!arm.processes.empty() || !arm.misses.empty()) continue;
      trials[duplicate].is_duplicate = true;
      arm.misses.push_back(
          {0, Status::kSkipped, format("the same trial as {}", sweep.trials[original].id)});
    }
  }
}

}  // namespace

const ProcessSamples* MeasuredArm::find(int replicate) const {
  const auto found = std::ranges::find(processes, replicate, &ProcessSamples::replicate);
  return found == processes.end() ? nullptr : &*found;
}

const MeasuredArm* MeasuredTrial::find(std::string_view arm) const {
  const auto found = std::ranges::find(arms, arm, &MeasuredArm::name);
  return found == arms.end() ? nullptr : &*found;
}

std::vector<MeasuredTrial> gather(const spec::Spec& spec,
                                  const std::vector<store::Record>& records) {
  std::unordered_map<std::string, std::vector<const Record*>> by_id;
  std::vector<std::string> order;
  for (const Record& record : records) {
    std::vector<const Record*>& same = by_id[record.trial_id];
    if (same.empty()) order.push_back(record.trial_id);
    same.push_back(&record);
  }
  std::vector<MeasuredTrial> trials;
  // A spec that no longer expands still has the records that were made under it.
  if (const auto sweep = sweep::expand(spec)) {
    for (const sweep::Trial& trial : sweep->trials) {
      trials.push_back(planned(trial));
      const auto found = by_id.find(trial.id);
      if (found == by_id.end()) continue;
      add_records(trials.back(), latest_of(found->second), spec.measure.width_target);
      by_id.erase(found);
    }
    mark_duplicates(*sweep, trials);
  }
  for (const std::string& id : order) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) continue;
    trials.push_back(unplanned(*found->second.back()));
    add_records(trials.back(), latest_of(found->second), spec.measure.width_target);
  }
  return trials;
}

std::optional<Value> missing_because(const MeasuredArm& arm) {
  if (arm.processes.empty() && arm.misses.empty()) {
    return Value::missing(State::kNotMeasured, "no record");
  }
  const std::size_t total = arm.processes.size() + arm.misses.size();
  for (const Miss& miss : arm.misses) {
    const bool is_final = miss.status == Status::kWrong || miss.status == Status::kNotApplied;
    if (!is_final && !arm.processes.empty()) continue;
    std::string reason = miss.reason;
    if (!arm.processes.empty())
      reason = format("in process {} of {}: {}", miss.replicate + 1, total, miss.reason);
    return Value::missing(store::state_of(miss.status), std::move(reason));
  }
  return std::nullopt;
}

}  // namespace assay::analysis
