// SPDX-License-Identifier: MIT
#include "lab/store/resume.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/check.h"

namespace assay::store {
namespace {

constexpr std::array<std::string_view, 5> kNames{"done", "absent", "top_up", "stale", "retry"};

/// A refusal would come again; what broke may have been the machine.
bool is_settled(Status status) {
  return status == Status::kOk || status == Status::kSkipped || status == Status::kUnsupported ||
         status == Status::kNotApplied;
}

/// "k: 107 -> 108, m: absent -> 4"
std::string describe_change(const spec::Factors& before, const spec::Factors& now) {
  const auto show = [](const codec::Scalar* value) {
    return value == nullptr ? "absent" : codec::to_text(*value);
  };
  std::string changes;
  const auto note = [&](const std::string& name) {
    const codec::Scalar* old_value = before.find(name);
    const codec::Scalar* new_value = now.find(name);
    if (old_value != nullptr && new_value != nullptr && *old_value == *new_value) return;
    changes += format("{}{}: {} -> {}", changes.empty() ? "" : ", ", name, show(old_value),
                      show(new_value));
  };
  for (const auto& [name, value] : now.entries()) {
    note(name);
  }
  for (const auto& [name, value] : before.entries()) {
    if (now.find(name) == nullptr) note(name);
  }
  return changes;
}

/// The records by what they can be found under. The latest one of a key and replicate counts,
/// except that a settled one for the present binary and policy is never given up.
class RecordIndex {
 public:
  explicit RecordIndex(const ResumeRequest& request) : request_(request) {
    for (const Record& record : request.records) {
      const Record*& known = by_key_[{record.trial_key, record.replicate}];
      if (known == nullptr || !is_done(*known)) known = &record;
      by_id_[record.trial_id] = &record;
    }
  }

  Assignment assess(std::size_t trial, std::uint64_t key, int replicate) const {
    const auto found = by_key_.find({key, replicate});
    const Record* record = found == by_key_.end() ? nullptr : found->second;
    const auto make = [&](Need need, std::string why) {
      return Assignment{
          .trial = trial, .replicate = replicate, .need = need, .why = std::move(why)};
    };
    if (record == nullptr) {
      std::string why = change_of_factors(request_.trials[trial], key);
      const Need missing = replicate < request_.processes ? Need::kAbsent : Need::kTopUp;
      if (why.empty()) return make(missing, "");
      return make(Need::kStale, std::move(why));
    }
    if (record->build != request_.build) {
      return make(Need::kStale,
                  format("the binary changed: {} -> {}", record->build, request_.build));
    }
    if (record->policy != request_.policy) {
      return make(Need::kStale,
                  format("the policy changed: {} -> {}", record->policy, request_.policy));
    }
    if (is_settled(record->status)) return make(Need::kDone, "");
    return make(Need::kRetry, format("it was {}: {}", to_text(record->status), record->reason));
  }

 private:
  bool is_done(const Record& record) const {
    return is_settled(record.status) && record.build == request_.build &&
           record.policy == request_.policy;
  }

  /// Why the trial of this name is another one now; empty where the name was never recorded.
  std::string change_of_factors(const sweep::Trial& trial, std::uint64_t key) const {
    const auto found = by_id_.find(trial.id);
    if (found == by_id_.end() || found->second->trial_key == key) return "";
    const std::string change = describe_change(found->second->factors, trial.factors);
    if (change.empty()) return "the arms or the workload changed";
    return "the factors changed: " + change;
  }

  const ResumeRequest& request_;
  std::map<std::pair<std::uint64_t, int>, const Record*> by_key_;
  std::unordered_map<std::string, const Record*> by_id_;
};

}  // namespace

std::string_view to_text(Need need) {
  return kNames[static_cast<std::size_t>(need)];
}

std::vector<Assignment> plan_resume(const ResumeRequest& request) {
  ASSAY_CHECK_GE(request.processes, 1, "a run has at least one process");
  std::unordered_map<std::uint64_t, int> wanted;
  int replicates_max = request.processes;
  for (const TopUp& top_up : request.top_ups) {
    int& processes = wanted[top_up.trial_key];
    processes = std::max(processes, top_up.processes);
    replicates_max = std::max(replicates_max, top_up.processes);
  }
  std::vector<std::uint64_t> keys;
  keys.reserve(request.trials.size());
  for (const sweep::Trial& trial : request.trials) {
    keys.push_back(sweep::key_of(trial));
  }

  const RecordIndex records(request);
  std::vector<Assignment> plan;
  for (int replicate = 0; replicate < replicates_max; ++replicate) {
    for (std::size_t trial = 0; trial < keys.size(); ++trial) {
      const auto more = wanted.find(keys[trial]);
      const int processes = std::max(request.processes, more == wanted.end() ? 0 : more->second);
      if (replicate < processes) plan.push_back(records.assess(trial, keys[trial], replicate));
    }
  }
  return plan;
}

}  // namespace assay::store
