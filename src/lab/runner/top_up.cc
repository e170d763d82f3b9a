// SPDX-License-Identifier: MIT
#include "lab/runner/top_up.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace assay::runner {
namespace {

/// Ids of the trials that an undecided claim waits for.
std::set<std::string> wanted_ids(const analysis::Findings& findings) {
  std::set<std::string> ids;
  for (const analysis::ClaimFinding& claim : findings.claims) {
    if (!claim.processes_needed) continue;
    ids.insert(claim.trial_ids.begin(), claim.trial_ids.end());
  }
  return ids;
}

std::map<std::uint64_t, int> processes_of(std::span<const store::Record> records) {
  std::map<std::uint64_t, int> processes;
  for (const store::Record& record : records) {
    int& count = processes[record.trial_key];
    count = std::max(count, record.replicate + 1);
  }
  return processes;
}

}  // namespace

std::vector<store::TopUp> top_ups_due(const analysis::Findings& findings,
                                      std::span<const sweep::Trial> trials,
                                      std::span<const store::Record> records,
                                      const spec::RunPolicy& policy) {
  const std::set<std::string> wanted = wanted_ids(findings);
  const std::map<std::uint64_t, int> processes = processes_of(records);
  std::vector<store::TopUp> due;
  for (const sweep::Trial& trial : trials) {
    if (!wanted.contains(trial.id)) continue;
    const std::uint64_t key = sweep::key_of(trial);
    const auto known = processes.find(key);
    const int count = known == processes.end() ? policy.processes : known->second;
    const int next = std::min(2 * count, policy.processes_max);
    if (next > count) due.push_back({key, next});
  }
  return due;
}

}  // namespace assay::runner
