// SPDX-License-Identifier: MIT
#include "lab/worker/run_trial.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "lab/measure/physics.h"
#include "lab/measure/sampler.h"
#include "lab/measure/sentinel.h"
#include "lab/workload/shared_buffers.h"
#include "oracle/machine/pressure.h"

namespace assay::worker {
namespace {

using store::ArmRecord;
using store::Record;
using store::Status;

/// A sentinel that moved by more than this puts the trial in doubt: on a shared machine 5 % come
/// and go within milliseconds (docs/concepts/pairs.md), a change of state of the machine is larger.
constexpr double kSentinelTolerance = 0.25;

struct LiveArm {
  ArmRecord record;
  std::unique_ptr<workload::PreparedArm> prepared;  ///< Null as soon as the status is not ok.

  void give_up(Status status, std::string reason) {
    record.status = status;
    record.reason = std::move(reason);
    prepared.reset();
  }
};

/// Workloads are other people's code: what they throw is the status of their arm.
template <class Action>
void attempt(LiveArm& arm, const Action& action) {
  try {
    action(arm);
  } catch (const std::bad_alloc&) {
    arm.give_up(Status::kOutOfMemory, "memory ran out");
  } catch (const std::exception& exception) {
    arm.give_up(Status::kFailed, format("threw: {}", exception.what()));
  }
}

class TrialInProgress {
 public:
  TrialInProgress(const Assignment& assignment, const Tools& tools);

  void prepare();
  void observe_factors();
  void verify();
  void sample();
  void observe_machine();
  Record record() &&;

 private:
  void prepare_arm(LiveArm& arm);
  void verify_arm(LiveArm& arm);
  std::vector<LiveArm*> live_arms();

  const Assignment& assignment_;
  const Tools& tools_;
  Nanoseconds begin_;
  workload::SharedBuffers buffers_;
  std::vector<LiveArm> arms_;
  Nanoseconds sampling_begin_{0};
  machine::Pressure pressure_;
  measure::SentinelReading sentinels_;
  measure::Series series_;
  std::vector<std::string> doubts_;
  Record record_;
};

/// The part of a Record that is known before anything is done.
Record blank_record(const Assignment& assignment, const std::string& build) {
  Record record;
  record.trial_key = sweep::key_of(assignment.trial);
  record.trial_id = assignment.trial.id;
  record.kind = assignment.trial.kind;
  record.comparison = assignment.trial.comparison;
  record.factors = assignment.trial.factors;
  record.replicate = assignment.replicate;
  record.position = assignment.position;
  record.seed = assignment.process_seed;
  record.build = build;
  record.policy = assignment.policy_hash;
  record.pid = getpid();
  record.started = utc_now();
  return record;
}

/// Status and reason of a trial from those of its arms: an arm that this machine does not support
/// stands beside the others without spoiling them; anything worse does.
void settle(Record& record) {
  const auto rank = [&](const ArmRecord& arm) {
    const bool is_absent = arm.status == Status::kUnsupported || arm.status == Status::kSkipped;
    const bool has_ok = std::ranges::any_of(
        record.arms, [](const ArmRecord& other) { return other.status == Status::kOk; });
    return is_absent && has_ok ? -1 : static_cast<int>(arm.status);
  };
  const auto worst = std::ranges::max_element(record.arms, {}, rank);
  const bool is_fine = worst == record.arms.end() || rank(*worst) < 0;
  record.status = is_fine ? Status::kOk : worst->status;
  record.reason = is_fine ? "" : worst->reason;
}

TrialInProgress::TrialInProgress(const Assignment& assignment, const Tools& tools)
    : assignment_(assignment),
      tools_(tools),
      begin_(tools.instruments.clock.now()),
      buffers_(assignment.process_seed),
      record_(blank_record(assignment, tools.build)) {
  for (const sweep::TrialArm& arm : assignment.trial.arms) {
    arms_.emplace_back().record.name = arm.name;
    arms_.back().record.asked = arm.factors;
    arms_.back().record.status = Status::kOk;
  }
}

void TrialInProgress::prepare() {
  for (LiveArm& arm : arms_) {
    attempt(arm, [this](LiveArm& live) { prepare_arm(live); });
  }
}

void TrialInProgress::prepare_arm(LiveArm& arm) {
  const auto definition = tools_.workloads.find(assignment_.trial.workload);
  if (!definition) return arm.give_up(Status::kFailed, definition.error().to_string());
  workload::Bench bench{buffers_, assignment_.trial.seed, assignment_.threads,
                        assignment_.policy.cache};
  auto preparation = (*definition)->prepare(arm.record.asked, bench);
  if (!preparation) return arm.give_up(Status::kFailed, preparation.error().to_string());
  if (const auto* absent = std::get_if<workload::Unsupported>(&*preparation)) {
    return arm.give_up(Status::kUnsupported, absent->reason);
  }
  arm.prepared = std::move(std::get<std::unique_ptr<workload::PreparedArm>>(*preparation));
}

void TrialInProgress::observe_factors() {
  for (LiveArm* arm : live_arms()) {
    arm->record.observed = arm->prepared->observed();
    const workload::Work work = arm->prepared->work();
    arm->record.flops = work.flops;
    arm->record.bytes = work.bytes;
    arm->record.work = work.units;
    for (const auto& [name, asked] : arm->record.asked.entries()) {
      const spec::Scalar* seen = arm->record.observed.find(name);
      if (seen != nullptr && *seen == asked) continue;
      const std::string instead = seen == nullptr ? "was not observed" : codec::to_text(*seen);
      arm->give_up(Status::kNotApplied,
                   format("{} was asked to be {}: {}", name, codec::to_text(asked), instead));
      break;
    }
  }
}

void TrialInProgress::verify() {
  for (LiveArm* arm : live_arms()) {
    attempt(*arm, [this](LiveArm& live) { verify_arm(live); });
  }
}

void TrialInProgress::verify_arm(LiveArm& arm) {
  if (const auto ran = arm.prepared->run(1); !ran) {
    return arm.give_up(Status::kFailed, ran.error().to_string());
  }
  const auto verdict = arm.prepared->verify();
  if (!verdict) return arm.give_up(Status::kFailed, verdict.error().to_string());
  arm.record.verification = {verdict->method, verdict->error, verdict->tolerance};
  arm.record.mechanism = arm.prepared->mechanism();
  if (verdict->correct) return;
  arm.give_up(Status::kWrong, format("differs from the reference by {:.3g}, {:.3g} allowed ({})",
                                     verdict->error, verdict->tolerance, verdict->method));
}

void TrialInProgress::sample() {
  const std::vector<LiveArm*> live = live_arms();
  if (live.empty()) return;
  std::vector<measure::SystemUnderTest*> works;
  for (LiveArm* arm : live) {
    works.push_back(arm->prepared.get());
  }
  sentinels_ = measure::read_sentinels(tools_.instruments.clock);
  pressure_ = machine::read_pressure();
  sampling_begin_ = tools_.instruments.clock.now();
  auto series =
      measure::sample_arms(works, assignment_.policy, tools_.instruments, assignment_.process_seed);
  if (!series) {
    for (LiveArm* arm : live) {
      arm->give_up(Status::kFailed, series.error().to_string());
    }
    return;
  }
  series_ = *std::move(series);
  doubts_ = measure::doubts_about(series_, tools_.instruments.calibration);
  for (std::size_t i = 0; i < live.size(); ++i) {
    live[i]->record.series = std::move(series_.arms[i]);
  }
}

void TrialInProgress::observe_machine() {
  if (live_arms().empty()) return;
  const Nanoseconds elapsed = tools_.instruments.clock.now() - sampling_begin_;
  for (std::string& doubt : machine::doubts_between(pressure_, machine::read_pressure(), elapsed)) {
    doubts_.push_back(std::move(doubt));
  }
  const auto after = measure::read_sentinels(tools_.instruments.clock);
  if (auto doubt = measure::sentinel_doubt(sentinels_, after, kSentinelTolerance)) {
    doubts_.push_back(*std::move(doubt));
  }
}

Record TrialInProgress::record() && {
  for (LiveArm& arm : arms_) {
    record_.arms.push_back(std::move(arm.record));
  }
  record_.order = std::move(series_.order);
  record_.sample_length = series_.sample_length;
  record_.stopped_by = record_.order.empty() ? "" : to_text(series_.stopped_by);
  record_.doubts = std::move(doubts_);
  record_.duration = tools_.instruments.clock.now() - begin_;
  settle(record_);
  return std::move(record_);
}

std::vector<LiveArm*> TrialInProgress::live_arms() {
  std::vector<LiveArm*> live;
  for (LiveArm& arm : arms_) {
    if (arm.prepared != nullptr) live.push_back(&arm);
  }
  return live;
}

}  // namespace

Record run_trial(const Assignment& assignment, const Tools& tools) {
  TrialInProgress trial(assignment, tools);
  trial.prepare();
  trial.observe_factors();
  trial.verify();
  trial.sample();  // Warm-up included: measure/sampler.h lists its phases.
  trial.observe_machine();
  return std::move(trial).record();
}

Record lost_trial(const Assignment& assignment, const std::string& build, Status status,
                  const std::string& reason) {
  Record record = blank_record(assignment, build);
  for (const sweep::TrialArm& arm : assignment.trial.arms) {
    ArmRecord& lost = record.arms.emplace_back();
    lost.name = arm.name;
    lost.status = status;
    lost.reason = reason;
    lost.asked = arm.factors;
  }
  settle(record);
  return record;
}

}  // namespace assay::worker
