// SPDX-License-Identifier: MIT
#include "lab/runner/run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "core/clock.h"
#include "core/hash.h"
#include "core/nearest.h"
#include "core/random.h"
#include "lab/analysis/analyse.h"
#include "lab/analysis/samples_planner.h"
#include "lab/runner/class_floors.h"
#include "lab/runner/environment_document.h"
#include "lab/runner/equal_points.h"
#include "lab/runner/top_up.h"
#include "lab/store/known_floors.h"
#include "lab/store/resume.h"
#include "lab/store/run_folder.h"
#include "lab/sweep/expand.h"
#include "lab/worker/worker_process.h"
#include "oracle/machine/library_hints.h"
#include "oracle/machine/topology.h"

namespace assay::runner {
namespace {

using codec::Node;
using store::Record;
using store::RunFolder;

constexpr int kStartTries = 3;

class Run {
 public:
  Run(const RunRequest& request, RunObserver& observer, const std::atomic<bool>& stop)
      : request_(request), spec_(request.spec), observer_(observer), stop_(stop) {}

  Result<void> plan_trials();
  Result<void> open_folder();
  Result<void> note_environment(std::string_view when);
  Result<void> measure();
  Result<void> top_up();
  Result<void> note_equal_points();
  Result<bool> stands();
  Result<RunSummary> finish();

 private:
  Result<void> create_folder();
  Result<void> go_on_with(const std::filesystem::path& path);
  void find_floor(const std::vector<sweep::Trial>& planned);
  Result<void> skip_duplicates();
  Result<void> add_class_floors(std::vector<store::Assignment>& plan);
  Result<std::vector<store::TopUp>> top_ups_wanted();
  std::vector<store::Assignment> plan_with(std::span<const store::TopUp> top_ups) const;
  Result<void> measure_plan(std::span<const store::Assignment> plan);
  Result<void> measure_replicate(std::span<const store::Assignment> assignments);
  Result<void> measure_one(const store::Assignment& assignment, int position);
  Result<void> keep(const Record& record);
  void count(const Record& record);
  Result<void> ensure_worker();
  void announce(const std::vector<store::Assignment>& plan);
  worker::WorkerOptions worker_options() const;

  const RunRequest& request_;
  const spec::Spec& spec_;
  RunObserver& observer_;
  const std::atomic<bool>& stop_;

  std::vector<sweep::Trial> trials_;
  std::vector<std::pair<sweep::Trial, std::string>> duplicates_;  // With the original's id.
  std::optional<RunFolder> folder_;
  std::vector<Record> earlier_;
  std::vector<store::KnownFloor> known_floors_;
  analysis::SamplesPlanner planner_;
  std::string policy_hash_;
  std::vector<int> cpus_;
  std::optional<worker::WorkerProcess> worker_;
  Nanoseconds begin_{0};
  Node environment_ = Node::map();
  // Statuses of the arms of what counts: the latest record of each trial and replicate.
  std::map<std::pair<std::uint64_t, int>, std::vector<store::Status>> latest_;
  std::int64_t total_ = 0;
  bool was_finished_ = false;
  bool stands_ = false;
  RunSummary summary_;
};

/// What a record must agree with to be gone on with: how a trial is sampled, and with how many
/// threads.
std::string policy_hash_of(const spec::Spec& spec) {
  Node policy = Node::map();
  const Node* measure = spec.resolved.find("measure");
  policy.set("measure", measure == nullptr ? Node() : *measure);
  policy.set("threads", spec.run.threads);
  return store::hash_of(policy);
}

/// Which interrupted run this request goes on with: the same experiment, whole or the same part.
std::string request_hash(const RunRequest& request) {
  Node asked = Node::map();
  asked.set("spec", request.spec.resolved);
  asked.set("only", request.only);
  return store::hash_of(asked);
}

/// The A/A trial of any arm can be asked for by its id, planned or not.
void Run::find_floor(const std::vector<sweep::Trial>& planned) {
  for (const sweep::Trial& trial : planned) {
    for (std::size_t arm = 0; arm < trial.arms.size() && trials_.empty(); ++arm) {
      sweep::Trial floor = sweep::floor_trial(spec_, trial, arm);
      if (floor.id == request_.only) trials_.push_back(std::move(floor));
    }
  }
}

Result<void> Run::plan_trials() {
  ASSAY_TRY(sweep::Sweep sweep, sweep::expand(spec_));
  std::vector<std::string> ids;
  for (const sweep::Trial& trial : sweep.trials) {
    ids.push_back(trial.id);
  }
  std::map<std::size_t, std::size_t> originals(sweep.duplicates.begin(), sweep.duplicates.end());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!request_.only.empty() && ids[i] != request_.only) continue;
    if (const auto original = originals.find(i); original != originals.end()) {
      duplicates_.emplace_back(std::move(sweep.trials[i]), ids[original->second]);
    } else {
      trials_.push_back(std::move(sweep.trials[i]));
    }
  }
  if (trials_.empty()) find_floor(sweep.trials);
  if (!trials_.empty()) return {};
  if (!duplicates_.empty()) {
    return Error::user("{} is the same point as {}, which is the one that is measured",
                       request_.only, duplicates_.front().second);
  }
  if (!request_.only.empty()) return Error::user("{}", unknown_name("trial", request_.only, ids));
  return Error::user("{} has no trial: `where` filtered out all {}", spec_.name,
                     sweep.filtered_count);
}

Result<void> Run::open_folder() {
  policy_hash_ = policy_hash_of(spec_);
  // Two starts of one request at the same moment must not make two runs of it: the second finds the
  // folder of the first, whose lock refuses it by name.
  std::error_code error;
  std::filesystem::create_directories(request_.results_root, error);
  ASSAY_TRY(const store::FolderLock turn, store::FolderLock::wait(request_.results_root));
  const auto earlier =
      request_.is_fresh
          ? std::nullopt
          : store::find_latest_run(request_.results_root, request_hash(request_), request_.build);
  return earlier ? go_on_with(*earlier) : create_folder();
}

Result<void> Run::go_on_with(const std::filesystem::path& path) {
  ASSAY_TRY(RunFolder folder, RunFolder::open(path, RunFolder::Access::kWrite));
  folder_ = std::move(folder);
  ASSAY_TRY(store::StoredRecords stored, folder_->records());
  earlier_ = std::move(stored.records);
  was_finished_ = folder_->is_finished();
  if (!was_finished_) {
    observer_.on_note(
        format("going on with {}: {} records are there", folder_->id(), earlier_.size()));
  }
  for (const std::string& sentence : stored.damage) {
    observer_.on_note(sentence);
  }
  for (const Record& record : earlier_) {
    count(record);
  }
  if (const auto config = folder_->read_document(store::kConfigFile)) {
    known_floors_ = store::known_floors_in(*config, store::kKnownFloorsKey);
  }
  const auto environment = folder_->read_document(store::kEnvironmentFile);
  if (!environment) return {};  // It was interrupted before there was one.
  // The machine of an interrupted start stays on record: it may have been another one.
  Node starts = Node::list();
  if (const Node* before = environment->find("earlier_starts")) starts = *before;
  Node start = *environment;
  start.erase("earlier_starts");
  starts.append(std::move(start));
  environment_.set("earlier_starts", std::move(starts));
  return {};
}

Result<void> Run::create_folder() {
  const std::string machine = machine_key(environment_document(), request_.build);
  ASSAY_TRY(known_floors_, store::latest_floors(request_.results_root, machine));
  ASSAY_TRY(RunFolder folder, RunFolder::create(request_.results_root, spec_.group, spec_.name));
  folder_ = std::move(folder);
  Node config = Node::map();
  config.set("schema", "assay.config/1");
  config.set(store::kSpecHashKey, request_hash(request_));
  config.set(store::kBuildKey, request_.build);
  if (!request_.only.empty()) config.set(store::kOnlyKey, request_.only);
  config.set("name", spec_.name);
  config.set("scale", spec_.scale);
  config.set("path", spec_.path.string());
  config.set("spec", spec_.resolved);
  config.set(store::kMachineKey, machine);
  config.set(store::kKnownFloorsKey, to_node(known_floors_));
  return folder_->write_document(store::kConfigFile, config);
}

Result<void> Run::note_environment(std::string_view when) {
  environment_.set(when, environment_document());
  return folder_->write_document(store::kEnvironmentFile, environment_);
}

void Run::announce(const std::vector<store::Assignment>& plan) {
  total_ = std::ssize(plan);
  for (const store::Assignment& assignment : plan) {
    if (assignment.need == store::Need::kDone) ++summary_.resumed;
    if (assignment.need != store::Need::kStale) continue;
    observer_.on_note(
        format("{} is measured again: {}", trials_[assignment.trial].id, assignment.why));
  }
  observer_.on_begin({spec_, folder_->path(), std::ssize(trials_), total_, summary_.resumed});
}

/// A point that is another one after resolution is measured once; the other says so.
Result<void> Run::skip_duplicates() {
  for (const auto& [trial, original] : duplicates_) {
    const std::string reason = format("the same point as {}, and measured there", original);
    observer_.on_note(format("{} is {}", trial.id, reason));
    worker::Assignment assignment;
    assignment.trial = trial;
    assignment.policy_hash = policy_hash_;
    Record record = worker::lost_trial(assignment, request_.build, store::Status::kSkipped, reason);
    // A key of its own: under its content's key it would stand for the original.
    record.trial_key = hash_bytes(trial.id, record.trial_key);
    const bool is_known = latest_.contains({record.trial_key, record.replicate});
    count(record);
    if (!is_known) ASSAY_TRY_VOID(folder_->append(record));
  }
  return {};
}

Result<void> Run::measure() {
  ASSAY_TRY(const machine::Topology topology, machine::read_topology());
  cpus_ = machine::measuring_cpus(topology, spec_.run.threads);
  begin_ = SteadyClock::read();
  std::vector<store::Assignment> plan = plan_with(request_.top_ups);
  announce(plan);
  ASSAY_TRY_VOID(skip_duplicates());
  const auto second =
      std::ranges::find_if(plan, [](const store::Assignment& each) { return each.replicate > 0; });
  const auto first_count = static_cast<std::size_t>(second - plan.begin());
  ASSAY_TRY_VOID(measure_plan(std::span(plan).first(first_count)));
  if (stop_) return {};
  plan.erase(plan.begin(), second);
  ASSAY_TRY_VOID(add_class_floors(plan));
  return measure_plan(plan);
}

/// What the first process has shown of the times decides which classes of cells still lack an A/A
/// floor: trials and `plan` get those.
Result<void> Run::add_class_floors(std::vector<store::Assignment>& plan) {
  if (!request_.only.empty() || spec_.run.floor_trials == 0) return {};
  ASSAY_TRY(store::StoredRecords stored, folder_->records());
  const std::size_t planned = trials_.size();
  for (ClassFloor& floor : class_floors(spec_, trials_, stored.records)) {
    observer_.on_note(format("no planned A/A floor is of {}: {} is measured as well",
                             floor.cell_class, floor.trial.id));
    trials_.push_back(std::move(floor.trial));
  }
  if (trials_.size() == planned) return {};
  std::vector<store::Assignment> more = plan_with({});
  std::erase_if(more, [&](const store::Assignment& each) { return each.trial < planned; });
  total_ += std::ssize(more);
  summary_.resumed += std::ranges::count(more, store::Need::kDone, &store::Assignment::need);
  plan.insert(plan.end(), more.begin(), more.end());
  std::ranges::stable_sort(plan, {}, &store::Assignment::replicate);
  return {};
}

/// More processes for what is too wide or still undecided, as far as the experiment allows.
Result<void> Run::top_up() {
  while (!stop_ && spec_.run.processes_max > spec_.run.processes) {
    ASSAY_TRY(const std::vector<store::TopUp> due, top_ups_wanted());
    if (due.empty()) return {};
    const std::vector<store::Assignment> plan = plan_with(due);
    const auto more = std::ranges::count(plan, store::Need::kTopUp, &store::Assignment::need);
    observer_.on_note(format("{} more records", more));
    total_ += more;
    ASSAY_TRY_VOID(measure_plan(plan));
  }
  return {};
}

/// First what is too wide; then, where nothing is or more would not pay, what is undecided. Reads
/// back all records, which the plan is then made from.
Result<std::vector<store::TopUp>> Run::top_ups_wanted() {
  ASSAY_TRY(store::StoredRecords stored, folder_->records());
  earlier_ = std::move(stored.records);
  analysis::AnalysisOptions options;
  options.known_floors = known_floors_;
  const analysis::Findings findings = analysis::analyse(spec_, earlier_, options);
  WidthTopUps wide = width_top_ups(findings, trials_, earlier_, spec_.run);
  if (!wide.due.empty()) {
    observer_.on_note(
        format("{} trials are wider than {:.2g} %", wide.due.size(), 100 * spec_.run.width_target));
    return std::move(wide.due);
  }
  if (wide.unaffordable > 0) {
    observer_.on_note(format("{} trials stay wider than {:.2g} %: run.budget is spent",
                             wide.unaffordable, 100 * spec_.run.width_target));
  }
  if (wide.at_limit > 0) {
    observer_.on_note(
        format("{} trials stay wider than {:.2g} % with {} processes "
               "(run.processes_max)",
               wide.at_limit, 100 * spec_.run.width_target, spec_.run.processes_max));
  }
  std::vector<store::TopUp> due = top_ups_due(findings, trials_, earlier_, spec_.run);
  if (!due.empty()) observer_.on_note(format("{} trials of undecided claims", due.size()));
  return due;
}

std::vector<store::Assignment> Run::plan_with(std::span<const store::TopUp> top_ups) const {
  return store::plan_resume({.trials = trials_,
                             .processes = spec_.run.processes,
                             .records = earlier_,
                             .build = request_.build,
                             .policy = policy_hash_,
                             .top_ups = top_ups});
}

Result<void> Run::measure_plan(std::span<const store::Assignment> plan) {
  for (auto block = plan.begin(); block != plan.end() && !stop_;) {
    const int replicate = block->replicate;
    const auto end = std::find_if(block, plan.end(), [replicate](const store::Assignment& next) {
      return next.replicate != replicate;
    });
    ASSAY_TRY_VOID(measure_replicate({block, end}));
    block = end;
  }
  return folder_->sync();
}

/// One pass over the sweep in processes of its own, in an order of its own.
Result<void> Run::measure_replicate(std::span<const store::Assignment> assignments) {
  std::vector<store::Assignment> left;
  std::ranges::copy_if(assignments, std::back_inserter(left), [](const store::Assignment& each) {
    return each.need != store::Need::kDone;
  });
  if (left.empty()) return {};
  Random random(mix_seed(spec_.run.seed, static_cast<std::uint64_t>(left.front().replicate)));
  if (spec_.run.order == spec::Order::kShuffled) random.shuffle<store::Assignment>(left);
  for (std::size_t i = 0; i < left.size() && !stop_; ++i) {
    ASSAY_TRY_VOID(measure_one(left[i], static_cast<int>(i)));
    if (spec_.run.isolate == spec::Isolation::kTrial) worker_.reset();
  }
  worker_.reset();
  return {};
}

worker::WorkerOptions Run::worker_options() const {
  const std::string threads = std::to_string(spec_.run.threads);
  worker::WorkerOptions options;
  options.program = request_.program;
  options.arguments = request_.worker_arguments;
  options.environment = {{"OMP_NUM_THREADS", threads},
                         {"OPENBLAS_NUM_THREADS", threads},
                         {"OMP_PROC_BIND", "close"},
                         {"OMP_DYNAMIC", "FALSE"}};
  options.environment.merge(machine::library_hints());
  options.cpus = cpus_;
  options.memory_max = spec_.run.memory_max;
  options.log = folder_->path() / "logs" / "workers.log";
  options.build = request_.build;
  return options;
}

Result<void> Run::ensure_worker() {
  if (worker_ && worker_->is_alive()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder_->path() / "logs", error);
  // A worker that something killed as it started is no reason to end the run; three in a row are.
  auto started = worker::WorkerProcess::start(worker_options());
  for (int tries = 1; !started && tries < kStartTries; ++tries) {
    observer_.on_note(started.error().message());
    started = worker::WorkerProcess::start(worker_options());
  }
  ASSAY_TRY(worker_, std::move(started));
  return {};
}

Result<void> Run::measure_one(const store::Assignment& assignment, int position) {
  ASSAY_TRY_VOID(ensure_worker());
  const sweep::Trial& trial = trials_[assignment.trial];
  const auto stream = static_cast<std::uint64_t>(assignment.replicate);
  const auto choice = planner_.choose(sweep::key_of(trial), spec_.measure);
  measure::Policy policy = spec_.measure;
  if (choice.samples > 0) policy.samples_min = policy.samples_max = choice.samples;
  const worker::Assignment task{.trial = trial,
                                .policy = policy,
                                .policy_hash = policy_hash_,
                                .threads = spec_.run.threads,
                                .replicate = assignment.replicate,
                                .position = position,
                                .process_seed = mix_seed(trial.seed, stream + 1)};
  auto record = worker_->run(task, spec_.run.trial_timeout, &stop_);
  if (!record) return {};  // Stopped.
  record->sampling = choice.reason;
  ASSAY_TRY_VOID(keep(*record));
  const Nanoseconds elapsed = SteadyClock::read() - begin_;
  const std::int64_t left = total_ - summary_.resumed - summary_.measured;
  observer_.on_record({.last = *record,
                       .done = summary_.resumed + summary_.measured,
                       .total = total_,
                       .elapsed = elapsed,
                       .left = elapsed * left / summary_.measured});
  return {};
}

Result<void> Run::keep(const Record& record) {
  ASSAY_TRY_VOID(folder_->append(record));
  ++summary_.measured;
  count(record);
  return {};
}

void Run::count(const Record& record) {
  // What another program or another policy took says nothing of the next process.
  if (record.build == request_.build && record.policy == policy_hash_) planner_.add(record);
  std::vector<store::Status>& statuses = latest_[{record.trial_key, record.replicate}];
  statuses.clear();
  for (const store::ArmRecord& arm : record.arms) {
    statuses.push_back(arm.status);
  }
}

Result<void> Run::note_equal_points() {
  ASSAY_TRY(const store::StoredRecords stored, folder_->records());
  for (const std::string& sentence : equal_points(stored.records)) {
    observer_.on_note(sentence);
  }
  return {};
}

Result<RunSummary> Run::finish() {
  summary_.folder = folder_->path();
  summary_.was_stopped = stop_;
  for (const auto& [key, statuses] : latest_) {
    for (const store::Status status : statuses) {
      ++summary_.statuses[std::string(to_text(status))];
    }
  }
  if (!stop_ && !stands_) ASSAY_TRY_VOID(folder_->finish());
  return std::move(summary_);
}

/// Whether the run found is finished and nothing in it wants another try. One that does is opened
/// again.
Result<bool> Run::stands() {
  if (!was_finished_) return false;
  std::int64_t settled = 0;
  const std::vector<store::Assignment> plan = plan_with(request_.top_ups);
  for (const store::Assignment& assignment : plan) {
    settled += assignment.need == store::Need::kDone ? 1 : 0;
  }
  stands_ = settled == std::ssize(plan);
  if (!stands_) {
    ASSAY_TRY_VOID(folder_->reopen());
    return false;
  }
  summary_.resumed = settled;
  observer_.on_note(
      format("{} was finished by this program on {} and stands; --fresh measures again",
             folder_->id(), folder_->finished_at()));
  return true;
}

}  // namespace

Result<RunSummary> run(const RunRequest& request, RunObserver& observer,
                       const std::atomic<bool>& stop) {
  Run run(request, observer, stop);
  ASSAY_TRY_VOID(run.plan_trials());
  ASSAY_TRY_VOID(run.open_folder());
  ASSAY_TRY(const bool stands, run.stands());
  if (stands) return run.finish();
  ASSAY_TRY_VOID(run.note_environment("before"));
  ASSAY_TRY_VOID(run.measure());
  ASSAY_TRY_VOID(run.top_up());
  ASSAY_TRY_VOID(run.note_equal_points());
  ASSAY_TRY_VOID(run.note_environment("after"));
  return run.finish();
}

}  // namespace assay::runner
