// SPDX-License-Identifier: MIT
#include "lab/runner/run.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <array>
#include <cstring>
#include <functional>
#include <set>
#include <thread>

#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "lab/store/run_folder.h"
#include "lab/worker/invented_work.h"

namespace assay::runner {
namespace {

namespace fs = std::filesystem;
using store::Record;
using store::Status;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using Statuses = std::map<std::string, std::int64_t>;

/// Keeps what it is told; `at_record` is for tests that interfere.
class Witness final : public RunObserver {
 public:
  void on_begin(const Beginning& beginning) override { resumed = beginning.records_resumed; }
  void on_record(const Progress& progress) override {
    done.push_back(progress.done);
    total = progress.total;
    if (at_record) at_record(progress.last);
  }
  void on_note(const std::string& sentence) override { notes.push_back(sentence); }

  std::int64_t resumed = -1;
  std::int64_t total = -1;
  std::vector<std::int64_t> done;
  std::vector<std::string> notes;
  std::function<void(const Record&)> at_record;
};

/// An experiment with one point per deed, in two processes.
spec::Spec spec_of(const std::vector<std::string>& deeds) {
  spec::Spec spec;
  spec.name = "invented";
  spec.group = "tests";
  spec.workload = "invented";
  spec.scale = "smoke";
  spec::Axis axis{.names = {"does"}, .rows = {}};
  for (const std::string& deed : deeds) {
    axis.rows.push_back({deed});
    spec.resolved = spec.resolved.is_list() ? spec.resolved : codec::Node::list();
    spec.resolved.append(deed);
  }
  spec.axes = {axis};
  spec.arms = {{"arm", {}}};
  spec.measure = {.warmup_samples_min = 1,
                  .warmup_max = 1ms,
                  .samples_min = 3,
                  .samples_max = 3,
                  .budget = 1ms,
                  .sample_length = Nanoseconds(20'000)};
  spec.run.processes = 2;
  spec.run.floor_trials = 0;
  spec.run.trial_timeout = 60s;
  return spec;
}

RunRequest request_for(spec::Spec spec, const fs::path& results) {
  RunRequest request;
  request.spec = std::move(spec);
  request.results_root = results;
  request.program = worker::this_program();
  request.build = worker::kInventedBuild;
  return request;
}

Result<RunSummary> carry_out(const RunRequest& request, Witness& witness) {
  const std::atomic<bool> stop{false};
  return run(request, witness, stop);
}

RunSummary done(const RunRequest& request, Witness& witness) {
  auto summary = carry_out(request, witness);
  EXPECT_TRUE(summary) << summary.error().to_string();
  return summary ? *summary : RunSummary();
}

std::vector<Record> records_of(const fs::path& folder) {
  const auto run = store::RunFolder::open(folder, store::RunFolder::Access::kRead);
  EXPECT_TRUE(run) << run.error().to_string();
  auto stored = run->records();
  EXPECT_TRUE(stored);
  EXPECT_THAT(stored->damage, IsEmpty());
  return std::move(stored->records);
}

std::vector<std::string> names(int count) {
  std::vector<std::string> deeds;
  for (int i = 0; i < count; ++i) {
    deeds.push_back(format("nothing{}", i));
  }
  return deeds;
}

TEST(Run, MeasuresEveryTrialInEveryProcess) {
  const codec::TemporaryFolder results("runner");
  Witness witness;
  const RunSummary summary = done(request_for(spec_of(names(3)), results.path()), witness);
  EXPECT_EQ(summary.measured, 6);
  EXPECT_EQ(summary.resumed, 0);
  EXPECT_THAT(summary.statuses, ElementsAre(Pair("ok", 6)));
  EXPECT_THAT(witness.done, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(witness.total, 6);
  std::map<int, std::set<std::int64_t>> pids;
  for (const Record& record : records_of(summary.folder)) {
    pids[record.replicate].insert(record.pid);
  }
  ASSERT_EQ(pids.size(), 2U);
  EXPECT_EQ(pids[0].size(), 1U) << "a warm worker within a process block";
  EXPECT_NE(pids[0], pids[1]) << "a fresh process for every block";
  const auto folder = store::RunFolder::open(summary.folder, store::RunFolder::Access::kRead);
  EXPECT_TRUE(folder->is_finished());
  const auto environment = folder->read_document(store::kEnvironmentFile);
  ASSERT_TRUE(environment);
  EXPECT_NE(environment->find("before"), nullptr);
  EXPECT_NE(environment->find("after"), nullptr);
}

TEST(Run, IsolatesEveryTrialWhereAsked) {
  const codec::TemporaryFolder results("runner");
  Witness witness;
  spec::Spec spec = spec_of(names(3));
  spec.run.isolate = spec::Isolation::kTrial;
  const RunSummary summary = done(request_for(spec, results.path()), witness);
  std::set<std::int64_t> pids;
  for (const Record& record : records_of(summary.folder)) {
    pids.insert(record.pid);
  }
  EXPECT_EQ(pids.size(), 6U);
}

TEST(Run, OneBadTrialNeverEndsTheSweep) {
  const codec::TemporaryFolder results("runner");
  Witness witness;
  spec::Spec spec = spec_of({"a", "crash", "kill", "exit", "throw", "wrong", "exhaust",
                             "unsupported", "drop_factor", "z"});
  spec.run.processes = 1;
  const RunSummary summary = done(request_for(spec, results.path()), witness);
  EXPECT_EQ(summary.measured, 10);
  EXPECT_EQ(summary.statuses, (Statuses{{"ok", 2},
                                        {"failed", 4},
                                        {"wrong", 1},
                                        {"out_of_memory", 1},
                                        {"unsupported", 1},
                                        {"not_applied", 1}}));
}

TEST(Run, AHangCostsItsTimeAndNothingElse) {
  const codec::TemporaryFolder results("runner");
  Witness witness;
  spec::Spec spec = spec_of({"hang"});
  spec.run.processes = 1;
  spec.run.trial_timeout = 100ms;
  EXPECT_THAT(done(request_for(spec, results.path()), witness).statuses,
              ElementsAre(Pair("timed_out", 1)));
}

TEST(Run, AWorkerThatIsKilledLosesNoMoreThanItsTrial) {
  const codec::TemporaryFolder results("runner");
  Witness witness;
  Random random(7);
  std::int64_t killed = 0;
  witness.at_record = [&](const Record& record) {
    const bool is_alive = record.status == Status::kOk;
    if (!is_alive || killed == 3 || random.below(3) != 0) return;
    ++killed;
    kill(static_cast<pid_t>(record.pid), SIGKILL);
  };
  const RunSummary summary = done(request_for(spec_of(names(10)), results.path()), witness);
  EXPECT_GT(killed, 0);
  EXPECT_EQ(summary.measured, 20);
  EXPECT_GE(summary.statuses.at("ok"), 20 - killed);
}

TEST(Run, GoesOnWhereItWasStopped) {
  const codec::TemporaryFolder results("runner");
  const RunRequest request = request_for(spec_of(names(4)), results.path());
  std::atomic<bool> stop{false};
  Witness first;
  first.at_record = [&](const Record&) { stop = first.done.size() == 3; };
  const auto stopped = run(request, first, stop);
  ASSERT_TRUE(stopped) << stopped.error().to_string();
  EXPECT_TRUE(stopped->was_stopped);
  EXPECT_EQ(stopped->measured, 3);
  Witness second;
  const RunSummary rest = done(request, second);
  EXPECT_EQ(rest.folder, stopped->folder);
  EXPECT_EQ(rest.resumed, 3);
  EXPECT_EQ(second.resumed, 3);
  EXPECT_EQ(rest.measured, 5);
  EXPECT_THAT(rest.statuses, ElementsAre(Pair("ok", 8)));
  const auto environment = store::RunFolder::open(rest.folder, store::RunFolder::Access::kRead)
                               ->read_document(store::kEnvironmentFile);
  ASSERT_NE(environment->find("earlier_starts"), nullptr);
  EXPECT_EQ(environment->find("earlier_starts")->items().size(), 1U);

  Witness third;
  const RunSummary again = done(request, third);
  EXPECT_EQ(again.folder, stopped->folder) << "what this build finished stands";
  EXPECT_EQ(again.measured, 0);
  EXPECT_EQ(again.resumed, 8);
  EXPECT_THAT(again.statuses, ElementsAre(Pair("ok", 8)));
  RunRequest other = request;
  other.is_fresh = true;
  EXPECT_NE(done(other, third).folder, stopped->folder);
}

TEST(Run, StartsAfreshWhereAsked) {
  const codec::TemporaryFolder results("runner");
  RunRequest request = request_for(spec_of(names(2)), results.path());
  const std::atomic<bool> stop{true};
  Witness witness;
  const auto stopped = run(request, witness, stop);
  ASSERT_TRUE(stopped);
  request.is_fresh = true;
  EXPECT_NE(done(request, witness).folder, stopped->folder);
}

/// Runs in a process of its own, which writes a byte for every record it has been told of.
pid_t fork_runner(const RunRequest& request, int told) {
  const pid_t child = fork();
  if (child != 0) return child;
  Witness witness;
  witness.at_record = [told](const Record&) {
    if (write(told, "r", 1) != 1) _exit(3);
  };
  _exit(carry_out(request, witness) ? 0 : 1);
}

/// Bytes that arrived before `count` of them did or the writer ended.
int wait_for_bytes(int from, int count) {
  int seen = 0;
  char byte = 0;
  while (seen < count && read(from, &byte, 1) == 1) {
    ++seen;
  }
  return seen;
}

TEST(Run, AKilledRunnerLosesNoMoreThanTheTrialInFlight) {
  const codec::TemporaryFolder results("runner");
  const RunRequest request = request_for(spec_of(names(10)), results.path());
  Random random(11);
  std::int64_t told = 0;
  int kills = 0;
  int status = -1;
  while (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const pid_t runner = fork_runner(request, ends[1]);
    close(ends[1]);
    told += wait_for_bytes(ends[0], kills < 5 ? static_cast<int>(random.below(4)) : 100);
    if (kills < 5) kill(runner, SIGKILL);
    told += wait_for_bytes(ends[0], 100);  // What it had told before it died.
    ASSERT_EQ(waitpid(runner, &status, 0), runner);
    close(ends[0]);
    ASSERT_LE(++kills, 6) << "the sixth is left to finish";
  }
  const auto runs = fs::directory_iterator(results.path() / "tests");
  ASSERT_EQ(std::distance(fs::begin(runs), fs::end(runs)), 1) << "one folder for all of them";
  const std::vector<Record> records =
      records_of(fs::directory_iterator(results.path() / "tests")->path());
  EXPECT_GE(std::ssize(records), told) << "whatever was told of is on disk";
  std::set<std::pair<std::uint64_t, int>> points;
  for (const Record& record : records) {
    EXPECT_EQ(record.status, Status::kOk);
    EXPECT_TRUE(points.insert({record.trial_key, record.replicate}).second) << "measured twice";
  }
  EXPECT_EQ(points.size(), 20U);
}

TEST(Run, TwoStartsAtOneMomentMakeOneRun) {
  for (int round = 0; round < 5; ++round) {
    const codec::TemporaryFolder results("runner");
    const RunRequest request = request_for(spec_of(names(3)), results.path());
    std::atomic<int> refused = 0;
    std::vector<std::thread> starts;
    for (int i = 0; i < 4; ++i) {
      starts.emplace_back([&] {
        Witness witness;
        const auto summary = carry_out(request, witness);
        if (summary) return;
        ++refused;
        EXPECT_THAT(summary.error().message(), HasSubstr("being written by process"));
      });
    }
    for (std::thread& start : starts)
      start.join();
    EXPECT_LT(refused, 4);
    const auto runs = fs::directory_iterator(results.path() / "tests");
    EXPECT_EQ(std::distance(fs::begin(runs), fs::end(runs)), 1);
  }
}

TEST(Run, ASecondRunnerOnTheFolderIsRefusedByName) {
  const codec::TemporaryFolder results("runner");
  const RunRequest request = request_for(spec_of(names(1)), results.path());
  Witness witness;
  std::vector<Error> refusals;
  witness.at_record = [&](const Record&) {
    Witness other;
    const auto second = carry_out(request, other);
    if (!second) refusals.push_back(second.error());
  };
  done(request, witness);
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals[0].blame(), Blame::kEnvironment);
  EXPECT_THAT(refusals[0].message(), HasSubstr(format("being written by process {}", getpid())));
}

TEST(Run, AFullDiskEndsItAndLeavesWhatWasRecorded) {
  const codec::TemporaryFolder results("runner");
  if (mount("tmpfs", results.path().c_str(), "tmpfs", 0, "size=96k") != 0) {
    GTEST_SKIP() << "no small disk to fill: " << std::strerror(errno);
  }
  Witness witness;
  spec::Spec spec = spec_of(names(200));
  spec.run.processes = 1;
  const auto summary = carry_out(request_for(spec, results.path()), witness);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().blame(), Blame::kEnvironment);
  EXPECT_EQ(exit_code(summary.error()), 3);
  EXPECT_GT(witness.done.size(), 0U);
  const auto folder = fs::directory_iterator(results.path() / "tests")->path();
  EXPECT_EQ(records_of(folder).size(), witness.done.size());
  EXPECT_EQ(umount2(results.path().c_str(), MNT_DETACH), 0);
}

TEST(Run, AProgramThatIsNoWorkerEndsItAtOnce) {
  const codec::TemporaryFolder results("runner");
  RunRequest request = request_for(spec_of(names(2)), results.path());
  request.program = "/no/such/program";
  Witness witness;
  const auto summary = carry_out(request, witness);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().blame(), Blame::kEnvironment);
  EXPECT_THAT(witness.done, IsEmpty());
}

TEST(Run, OneTrialCanBeChosenByItsId) {
  const codec::TemporaryFolder results("runner");
  RunRequest request = request_for(spec_of(names(3)), results.path());
  request.only = "does=nothing1";
  Witness witness;
  const RunSummary summary = done(request, witness);
  EXPECT_EQ(summary.measured, 2);
  request.only = "does=nothin";
  const auto unknown = carry_out(request, witness);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().blame(), Blame::kUser);
  EXPECT_THAT(unknown.error().message(), HasSubstr("did you mean does=nothing"));
}

TEST(Run, ADuplicateIsMeasuredOnceAndSaysSo) {
  const codec::TemporaryFolder results("runner");
  spec::Spec spec = spec_of({"a", "b"});
  spec.arms = {{"arm", {{"does", std::string("same")}}}};
  Witness witness;
  RunRequest request = request_for(spec, results.path());
  const RunSummary summary = done(request, witness);
  EXPECT_EQ(summary.measured, 2) << "one point in two processes";
  EXPECT_THAT(summary.statuses, UnorderedElementsAre(Pair("ok", 2), Pair("skipped", 1)));
  EXPECT_THAT(witness.notes, Contains(HasSubstr("does=b is the same point as does=a")));
  request.only = "does=b";
  const auto refused = carry_out(request, witness);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("the same point as does=a"));
}

/// One call takes a nanosecond, one a hundred thousand times that: two classes, one planned floor.
TEST(Run, AClassWithoutAFloorGetsOneAfterTheFirstProcess) {
  const codec::TemporaryFolder results("runner");
  spec::Spec spec = spec_of({"nothing", "work"});
  spec.run.floor_trials = 1;
  RunRequest request = request_for(spec, results.path());
  Witness witness;
  const RunSummary summary = done(request, witness);
  EXPECT_THAT(witness.notes, Contains(HasSubstr("floor:does=nothing is measured as well")));
  std::map<std::string, std::set<int>> replicates;
  for (const Record& record : records_of(summary.folder)) {
    if (record.kind == sweep::TrialKind::kFloor) {
      replicates[record.trial_id].insert(record.replicate);
    }
  }
  EXPECT_THAT(replicates, Contains(Pair("floor:does=nothing", ElementsAre(0, 1))));
  EXPECT_THAT(replicates, Contains(Pair("floor:does=work", ElementsAre(0, 1))));
  EXPECT_EQ(witness.done.back(), witness.total) << "the floors found later are counted";
  // By its id it can be repeated, though no plan has it.
  request.only = "floor:does=nothing";
  EXPECT_EQ(done(request, witness).measured, 2);
}

TEST(Run, AClassFloorThatWasInterruptedIsGoneOnWith) {
  const codec::TemporaryFolder results("runner");
  spec::Spec spec = spec_of({"nothing", "work"});
  spec.run.floor_trials = 1;
  const RunRequest request = request_for(spec, results.path());
  Witness witness;
  std::atomic<bool> stop{false};
  witness.at_record = [&](const Record& record) {
    if (record.trial_id == "floor:does=nothing") stop = true;
  };
  const auto interrupted = run(request, witness, stop);
  ASSERT_TRUE(interrupted) << interrupted.error().to_string();
  EXPECT_TRUE(interrupted->was_stopped);
  witness.at_record = nullptr;
  const RunSummary summary = done(request, witness);
  EXPECT_EQ(summary.folder, interrupted->folder);
  const std::vector<Record> records = records_of(summary.folder);
  EXPECT_EQ(std::ssize(records), interrupted->measured + summary.measured);
  std::set<std::pair<std::uint64_t, int>> once;
  for (const Record& record : records) {
    EXPECT_TRUE(once.emplace(record.trial_key, record.replicate).second) << record.trial_id;
  }
  EXPECT_EQ(summary.resumed, interrupted->measured);
  EXPECT_EQ(witness.done.back(), witness.total);
}

/// No interval is that narrow: every trial gets as many processes as there may be.
TEST(Run, AWidthAsksForProcessesUpToTheLimit) {
  const codec::TemporaryFolder results("runner");
  spec::Spec spec = spec_of(names(2));
  spec.run.processes = 3;
  spec.run.processes_max = 5;
  spec.run.width_target = 1e-9;
  Witness witness;
  const RunSummary summary = done(request_for(spec, results.path()), witness);
  EXPECT_EQ(summary.measured, 10);
  EXPECT_THAT(witness.notes, Contains(HasSubstr("stay wider than")));
  EXPECT_EQ(witness.done.back(), witness.total);
}

TEST(Run, AWidthThatIsReachedAsksForNothing) {
  const codec::TemporaryFolder results("runner");
  spec::Spec spec = spec_of(names(1));
  spec.run.processes = 3;
  spec.run.processes_max = 30;
  spec.run.width_target = 0.999;
  spec.run.budget = 1ns;  // A machine so loud that even this is missed must not make it run on.
  Witness witness;
  EXPECT_EQ(done(request_for(spec, results.path()), witness).measured, 3);
}

TEST(Run, ToppedUpTrialsGetMoreProcesses) {
  const codec::TemporaryFolder results("runner");
  RunRequest request = request_for(spec_of(names(2)), results.path());
  Witness witness;
  const std::uint64_t key = records_of(done(request, witness).folder).front().trial_key;
  request.top_ups = {{.trial_key = key, .processes = 4}};
  EXPECT_EQ(done(request, witness).measured, 2) << "two more of one; all else stands";
}

}  // namespace
}  // namespace assay::runner

int main(int argc, char** argv) {
  if (const auto code = assay::worker::serve_if_asked(argc, argv)) return *code;
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
