// SPDX-License-Identifier: MIT
// Records of a run that never was, for tests and benchmarks: every trial of a Spec in every
// process, with the times a caller plants, the process-to-process spread of a real machine, and
// noise.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "lab/spec/spec.h"
#include "lab/store/record.h"
#include "lab/sweep/expand.h"

namespace assay::analysis {

struct Planting {
  int processes = 5;
  int samples = 30;
  std::int64_t batch = 4;
  double process_spread = 0.01;  ///< Standard deviation of the log of a process, for all its arms.
  double arm_spread = 0.002;     ///< The same, for each arm of its own: memory layout.
  double noise = 0.01;           ///< Standard deviation of the log of a sample.
  std::uint64_t seed = 1;
  /// True time of a call in nanoseconds.
  std::function<double(const sweep::Trial&, const sweep::TrialArm&)> time;
  /// Last touch of a record; may be empty.
  std::function<void(store::Record&)> change;
};

inline store::ArmRecord planted_arm(const Planting& planting, const sweep::Trial& trial,
                                    const sweep::TrialArm& arm, double process, Random& random) {
  store::ArmRecord record;
  record.name = arm.name;
  record.status = store::Status::kOk;
  record.asked = arm.factors;
  record.observed = arm.factors;
  record.flops = 2e6;
  record.work = 1e6;
  record.series.batch = planting.batch;
  const double level = planting.time(trial, arm) * static_cast<double>(planting.batch) *
                       std::exp(process + planting.arm_spread * random.normal());
  for (int i = 0; i < planting.samples; ++i) {
    const double sample = level * std::exp(planting.noise * random.normal());
    record.series.samples.emplace_back(static_cast<std::int64_t>(sample));
  }
  record.series.doubts.assign(record.series.samples.size(), 0);
  return record;
}

inline std::vector<store::Record> planted_records(const spec::Spec& spec,
                                                  const Planting& planting) {
  const auto sweep = sweep::expand(spec);
  ASSAY_CHECK(sweep.has_value(), "records are planted for an experiment that expands");
  Random random(planting.seed);
  std::vector<store::Record> records;
  for (int replicate = 0; replicate < planting.processes; ++replicate) {
    for (const sweep::Trial& trial : sweep->trials) {
      store::Record record;
      record.trial_key = sweep::key_of(trial);
      record.trial_id = trial.id;
      record.kind = trial.kind;
      record.comparison = trial.comparison;
      record.factors = trial.factors;
      record.replicate = replicate;
      record.build = "planted";
      record.status = store::Status::kOk;
      const double process = planting.process_spread * random.normal();
      for (const sweep::TrialArm& arm : trial.arms) {
        record.arms.push_back(planted_arm(planting, trial, arm, process, random));
      }
      if (planting.change) planting.change(record);
      records.push_back(std::move(record));
    }
  }
  return records;
}

/// An experiment over one integer axis `k`, with two arms and one A/A floor trial.
inline spec::Spec planted_spec(std::int64_t first, std::int64_t last) {
  spec::Spec spec;
  spec.name = "planted";
  spec.workload = "planted";
  spec.scale = "smoke";
  spec.path = "experiments/planted.yaml";
  spec::Axis axis{{"k"}, {}};
  for (std::int64_t k = first; k <= last; ++k) {
    axis.rows.push_back({k});
  }
  spec.axes.push_back(axis);
  spec.arms = {{"slow", {{"library", std::string("slow")}}},
               {"fast", {{"library", std::string("fast")}}}};
  spec.run.floor_trials = 1;
  return spec;
}

}  // namespace assay::analysis
