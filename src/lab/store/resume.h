// SPDX-License-Identifier: MIT
// What is left to do of a run: for every trial and replicate, whether its record is there and still
// speaks for what would be measured now. A pure function; nothing is read or written.
//
//   for (const Assignment& assignment : plan_resume(request)) {
//     if (assignment.need != Need::kDone) measure(trials[assignment.trial], assignment.replicate);
//   }
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/store/record.h"
#include "lab/sweep/trial.h"

namespace assay::store {

enum class Need : std::uint8_t {
  kDone,    ///< Recorded under the same key, binary and policy, and settled: ok, or a refusal that
            ///< would come again (skipped, unsupported, not_applied).
  kAbsent,  ///< Never recorded.
  kTopUp,   ///< Absent, and asked for because the interval is too wide.
  kStale,   ///< Recorded, but for other factors, another binary or another policy.
  kRetry,   ///< Recorded as wrong, timed_out, out_of_memory or failed.
};
std::string_view to_text(Need need);

/// More processes for a trial than the run's own number.
struct TopUp {
  std::uint64_t trial_key = 0;
  int processes = 0;  ///< In total.
};

struct ResumeRequest {
  std::span<const sweep::Trial> trials;
  int processes = 1;
  std::span<const Record> records;  ///< In the order they were made: the latest counts.
  std::string build;                ///< Of the binary that would measure now.
  std::string policy;               ///< Hash of the policy that would be in force.
  std::span<const TopUp> top_ups = {};
};

struct Assignment {
  std::size_t trial = 0;  ///< Index into the request's trials.
  int replicate = 0;
  Need need = Need::kAbsent;
  std::string why;  ///< Of kStale and kRetry: "the binary changed: 4d143f6 -> f9c8966".
};

/// Replicate by replicate, each in the order of the trials.
std::vector<Assignment> plan_resume(const ResumeRequest& request);

}  // namespace assay::store
