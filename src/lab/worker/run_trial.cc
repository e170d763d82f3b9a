// SPDX-License-Identifier: MIT
#include "lab/worker/run_trial.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "lab/measure/physics.h"
#include "lab/measure/sampler.h"
#include "lab/measure/sentinel.h"
#include "lab/worker/guarded_arm.h"
#include "lab/workload/shared_buffers.h"
#include "oracle/machine/binding.h"
#include "oracle/machine/pressure.h"

namespace assay::worker {
namespace {

using store::ArmRecord;
using store::Record;
using store::Status;

/// A sentinel that moved by more than this puts the trial in doubt: on a shared machine 5 % come
/// and go within milliseconds (docs/concepts/pairs.md), a change of state of the machine is larger.
constexpr double kSentinelTolerance = 0.25;

/// By how much a rate may exceed the peak: both are read on a clock that moves with the load.
constexpr double kPeakSlack = 0.05;

/// Where the measuring thread may run, read back from the system: the first of a pool that is bound
/// to one CPU each.
std::string binding_text() {
  const auto binding = machine::observe_binding();
  return binding ? to_text(*binding) : "unknown: " + binding.error().message();
}

/// Half-width and matrix units are faster than the f32 units that the peak is measured on.
bool is_counted_in_f32(const ArmRecord& arm) {
  const spec::Scalar* dtype = arm.observed.find("dtype");
  return dtype == nullptr || *dtype == spec::Scalar("f32");
}

struct LiveArm {
  ArmRecord record;
  std::unique_ptr<workload::PreparedArm> prepared;  ///< Null as soon as the status is not ok.

  void give_up(Status status, std::string reason) {
    record.status = status;
    record.reason = std::move(reason);
    record.series = {};
    prepared.reset();
  }
};

/// 2 and 2.0 are one setting, however an experiment file wrote it.
bool is_same(const spec::Scalar& asked, const spec::Scalar& seen) {
  const auto number = [](const spec::Scalar& scalar) -> std::optional<double> {
    if (const auto* integer = std::get_if<std::int64_t>(&scalar)) {
      return static_cast<double>(*integer);
    }
    const auto* real = std::get_if<double>(&scalar);
    return real == nullptr ? std::nullopt : std::optional(*real);
  };
  if (asked.index() == seen.index()) return asked == seen;
  return number(asked).has_value() && number(asked) == number(seen);
}

/// The first factor that was asked for and is not in force, as a sentence.
std::optional<std::string> first_difference(const spec::Factors& asked,
                                            const spec::Factors& observed) {
  for (const auto& [name, value] : asked.entries()) {
    const spec::Scalar* seen = observed.find(name);
    if (seen == nullptr) {
      return format("{} was asked to be {} and was not observed", name, codec::to_text(value));
    }
    if (!is_same(value, *seen)) {
      return format("{} was asked to be {} and was observed to be {}", name, codec::to_text(value),
                    codec::to_text(*seen));
    }
  }
  return {};
}

class TrialInProgress {
 public:
  TrialInProgress(const Assignment& assignment, const Tools& tools);

  void prepare();
  void observe_factors();
  void verify();
  void sample();
  void observe_again();
  Record record() &&;

 private:
  void prepare_arm(LiveArm& arm);
  void observe_arm(LiveArm& arm);
  void verify_arm(LiveArm& arm);
  void collect_metrics(LiveArm& arm);
  bool try_to_sample();
  void keep(measure::Series series, const std::vector<LiveArm*>& live);
  void observe_machine();
  std::vector<std::string> impossible_rates() const;
  void check_rates();
  void for_each_live_arm(void (TrialInProgress::*phase)(LiveArm&));
  std::vector<LiveArm*> live_arms();

  const Assignment& assignment_;
  const Tools& tools_;
  Nanoseconds begin_;
  workload::SharedBuffers buffers_;
  std::vector<LiveArm> arms_;
  Nanoseconds sampling_begin_{0};
  machine::Pressure pressure_;
  measure::SentinelReading sentinels_;
  measure::MachineLimits limits_;
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

void TrialInProgress::for_each_live_arm(void (TrialInProgress::*phase)(LiveArm&)) {
  for (LiveArm& arm : arms_) {
    if (arm.record.status != Status::kOk) continue;
    if (auto failure = attempt([&] { (this->*phase)(arm); })) {
      arm.give_up(failure->status, std::move(failure->reason));
    }
  }
}

void TrialInProgress::prepare() {
  for_each_live_arm(&TrialInProgress::prepare_arm);
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
  if (const auto* skipped = std::get_if<workload::Skipped>(&*preparation)) {
    return arm.give_up(Status::kSkipped, skipped->reason);
  }
  arm.prepared = std::move(std::get<std::unique_ptr<workload::PreparedArm>>(*preparation));
}

void TrialInProgress::observe_factors() {
  for_each_live_arm(&TrialInProgress::observe_arm);
}

void TrialInProgress::observe_arm(LiveArm& arm) {
  arm.record.observed = arm.prepared->observed();
  arm.record.observed.set("thread_bound_to", binding_text());
  const workload::Work work = arm.prepared->work();
  arm.record.flops = work.flops;
  arm.record.bytes = work.bytes;
  arm.record.work = work.units;
  if (auto difference = first_difference(arm.record.asked, arm.record.observed)) {
    arm.give_up(Status::kNotApplied, *std::move(difference));
  }
}

void TrialInProgress::verify() {
  for_each_live_arm(&TrialInProgress::verify_arm);
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
  if (live_arms().empty()) return;
  if (tools_.limits) limits_ = tools_.limits(assignment_.threads);
  sentinels_ = measure::read_sentinels(tools_.instruments.clock);
  pressure_ = machine::read_pressure();
  sampling_begin_ = tools_.instruments.clock.now();
  while (!try_to_sample()) {
  }
}

/// False where an arm failed: it is given up, and the others begin again without it.
bool TrialInProgress::try_to_sample() {
  const std::vector<LiveArm*> live = live_arms();
  if (live.empty()) return true;
  std::vector<GuardedArm> guarded;
  std::vector<measure::SystemUnderTest*> works;
  guarded.reserve(live.size());
  for (LiveArm* arm : live) {
    works.push_back(&guarded.emplace_back(*arm->prepared));
  }
  std::optional<Result<measure::Series>> series;
  const auto failure = attempt([&] {
    series = measure::sample_arms(works, assignment_.policy, tools_.instruments,
                                  assignment_.process_seed);
  });
  if (!failure && *series) {
    keep(std::move(**series), live);
    return true;
  }
  const bool is_of_an_arm =
      std::ranges::any_of(guarded, [](const GuardedArm& arm) { return arm.failure().has_value(); });
  for (std::size_t i = 0; i < live.size(); ++i) {
    if (const auto& of_arm = guarded[i].failure()) {
      live[i]->give_up(of_arm->status, of_arm->reason);
    } else if (!is_of_an_arm) {  // The instrument itself could not go on.
      live[i]->give_up(failure ? failure->status : Status::kFailed,
                       failure ? failure->reason : series->error().to_string());
    }
  }
  return false;
}

/// Hands the samples to their arms; the order of the rounds then speaks of all arms of the trial.
void TrialInProgress::keep(measure::Series series, const std::vector<LiveArm*>& live) {
  series_ = std::move(series);
  doubts_ = measure::doubts_about(series_, tools_.instruments.calibration);
  for (std::size_t i = 0; i < live.size(); ++i) {
    live[i]->record.series = std::move(series_.arms[i]);
  }
  for (std::vector<std::uint8_t>& round : series_.order) {
    for (std::uint8_t& arm : round) {
      arm = static_cast<std::uint8_t>(live[arm] - arms_.data());
    }
  }
}

void TrialInProgress::observe_again() {
  if (live_arms().empty()) return;
  observe_machine();
  check_rates();
  for_each_live_arm(&TrialInProgress::collect_metrics);
  for_each_live_arm(&TrialInProgress::observe_arm);  // What was sampled must still be in force.
}

/// Of the calls that were sampled: the last ones, as nothing has run since.
void TrialInProgress::collect_metrics(LiveArm& arm) {
  const measure::ArmSeries& series = arm.record.series;
  arm.record.metrics = arm.prepared->metrics(std::ssize(series.samples) * series.batch);
}

void TrialInProgress::observe_machine() {
  const Nanoseconds elapsed = tools_.instruments.clock.now() - sampling_begin_;
  for (std::string& doubt : machine::doubts_between(pressure_, machine::read_pressure(), elapsed)) {
    doubts_.push_back(std::move(doubt));
  }
  const measure::SentinelReading after = measure::read_sentinels(tools_.instruments.clock);
  if (auto doubt = measure::sentinel_doubt(sentinels_, after, kSentinelTolerance)) {
    doubts_.push_back(*std::move(doubt));
  }
}

std::vector<std::string> TrialInProgress::impossible_rates() const {
  measure::MachineLimits limits = limits_;
  limits.flops_per_second_max *= 1 + kPeakSlack;
  std::vector<std::string> doubts;
  for (const LiveArm& arm : arms_) {
    if (arm.prepared == nullptr || !is_counted_in_f32(arm.record)) continue;
    for (const std::string& doubt :
         measure::impossible_rates(arm.record.series, {arm.record.flops, arm.record.bytes}, limits,
                                   assignment_.policy.cache)) {
      doubts.push_back(format("{} (arm {})", doubt, arm.record.name));
    }
  }
  return doubts;
}

/// A peak that was read while the machine was busy accuses the innocent: it is read again before
/// anything is said.
void TrialInProgress::check_rates() {
  if (impossible_rates().empty()) return;
  const measure::MachineLimits again = tools_.limits(assignment_.threads);
  limits_.flops_per_second_max = std::max(limits_.flops_per_second_max, again.flops_per_second_max);
  for (std::string& doubt : impossible_rates()) {
    doubts_.push_back(std::move(doubt));
  }
}

Record TrialInProgress::record() && {
  for (LiveArm& arm : arms_) {
    record_.arms.push_back(std::move(arm.record));
  }
  record_.stopped_by = series_.order.empty() ? "" : to_text(series_.stopped_by);
  record_.order = std::move(series_.order);
  record_.sample_length = series_.sample_length;
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
  trial.observe_again();
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
