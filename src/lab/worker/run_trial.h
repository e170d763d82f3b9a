// SPDX-License-Identifier: MIT
// The main path of the house: one trial, in this process, from its factors to its Record.
//
//   prepare                 every arm is made ready by its workload, on shared buffers
//   observe the factors     what was asked for and is not in force makes the arm `not_applied`
//   verify                  a wrong answer is never timed
//   warm up and sample      all arms that are left, in interleaved rounds
//   observe again           factors, pressure and sentinels against what they said before
//   record                  every arm with its status and reason, and the samples of the ok ones
//
// Nothing in here fails as a whole: whatever happens to an arm becomes the status of that arm, and
// the others are measured without it. The status of the trial is that of its worst arm; an arm that
// is `unsupported` or `skipped` beside one that is ok is a gap in a table, not a fault of the
// trial.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lab/measure/physics.h"
#include "lab/measure/policy.h"
#include "lab/measure/rig.h"
#include "lab/store/record.h"
#include "lab/sweep/trial.h"
#include "lab/workload/registry.h"

namespace assay::worker {

/// What one process has for all the trials it measures.
struct Tools {
  const workload::WorkloadRegistry& workloads;
  const measure::Instruments& instruments;
  std::string build;  ///< Identity of this binary.
  /// What the machine can do at most on so many threads, measured when it is asked; null: not
  /// checked.
  std::function<measure::MachineLimits(int threads)> limits = nullptr;
};

/// One trial, once: what the runner sends.
struct Assignment {
  sweep::Trial trial;
  measure::Policy policy;
  std::string policy_hash;  ///< Of the policy that the run is resumed by.
  int threads = 1;
  int replicate = 0;
  int position = 0;
  std::uint64_t process_seed = 0;  ///< Decides layout and order; the trial's own seed the data.
};

/// Never throws, whatever a workload does short of ending the process.
store::Record run_trial(const Assignment& assignment, const Tools& tools);

/// The record of a trial that never came back: every arm has this status and reason.
store::Record lost_trial(const Assignment& assignment, const std::string& build,
                         store::Status status, const std::string& reason);

}  // namespace assay::worker
