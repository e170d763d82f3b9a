// SPDX-License-Identifier: MIT
// How many samples the next process of a trial should take. The first processes are the pilot: they
// show how much processes differ, how much samples of one process do, and what each costs. Where
// processes differ, more samples of one soon buy nothing, and where starting one is dear, too few
// waste it: the narrowest interval for the time is at sqrt(cost ratio x variance ratio).
//
//   planner.add(record);                                      // every record as it is made
//   const SamplesChoice choice = planner.choose(key, policy);  // {40, "40 samples: processes ..."}
//
// The choice looks at variances only, never at a difference, so that it cannot favour a verdict.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/statistics/processes.h"
#include "lab/spec/spec.h"
#include "lab/store/record.h"

namespace assay::analysis {

/// With fewer processes their variance is a guess.
inline constexpr int kPilotProcesses = 3;

struct SamplesChoice {
  int samples = 0;     ///< Rounds; 0: the policy's own rules decide.
  std::string reason;  ///< For the record; empty where nothing was chosen.
};

class SamplesPlanner {
 public:
  void add(const store::Record& record);

  /// Within samples_min, samples_max and what the budget has room for.
  SamplesChoice choose(std::uint64_t trial_key, const measure::Policy& policy) const;

 private:
  /// One process of a trial: an entry per compared pair, or one for a single arm.
  struct Process {
    std::vector<double> centers;           ///< Median of the log-ratios (of the logs).
    std::vector<double> sample_variances;  ///< What one sample adds to the variance of that median.
    std::int64_t rounds = 0;
    double sample_seconds = 0;  ///< A round of all arms.
    double other_seconds = 0;   ///< All else that the process took for the trial.
  };
  /// What one pair asks for.
  struct Wish {
    std::int64_t samples = 0;  ///< 0: nothing.
    double between = 0;
    double sample_variance = 0;
    statistics::SamplingCost cost;
  };
  static Process process_of(const store::Record& record);
  std::vector<const Process*> pilot_of(std::uint64_t trial_key) const;
  static Wish wish_of(const std::vector<const Process*>& pilot, std::size_t pair,
                      std::int64_t samples_max);

  std::map<std::uint64_t, std::map<int, Process>> trials_;  // By key, then by replicate.
};

}  // namespace assay::analysis
