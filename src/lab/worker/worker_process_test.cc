// SPDX-License-Identifier: MIT
#include "lab/worker/worker_process.h"

#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

#include "lab/worker/invented_work.h"

namespace assay::worker {
namespace {

namespace fs = std::filesystem;
using store::Record;
using store::Status;
using ::testing::HasSubstr;

Assignment trial_of(const std::string& deed) {
  Assignment assignment;
  assignment.trial.id = deed;
  assignment.trial.workload = "invented";
  assignment.trial.arms = {{"arm", {{"does", deed}}}};
  assignment.policy = {.warmup_samples_min = 1,
                       .warmup_max = 1ms,
                       .samples_min = 3,
                       .samples_max = 3,
                       .budget = 1ms,
                       .sample_length = Nanoseconds(20'000)};
  return assignment;
}

WorkerOptions options_for(std::vector<std::string> arguments = {"worker"}) {
  WorkerOptions options;
  options.program = this_program();
  options.arguments = std::move(arguments);
  options.build = kInventedBuild;
  return options;
}

WorkerProcess started(const WorkerOptions& options) {
  auto worker = WorkerProcess::start(options);
  EXPECT_TRUE(worker) << worker.error().to_string();
  return std::move(*worker);
}

Record measured(WorkerProcess& worker, const std::string& deed, Nanoseconds timeout = 60s) {
  const auto record = worker.run(trial_of(deed), timeout);
  EXPECT_TRUE(record.has_value());
  return *record;
}

TEST(WorkerProcess, AWarmWorkerMeasuresTrialAfterTrial) {
  WorkerProcess worker = started(options_for());
  const pid_t pid = worker.pid();
  EXPECT_NE(pid, getpid());
  for (int i = 0; i < 3; ++i) {
    const Record record = measured(worker, "nothing");
    EXPECT_EQ(record.status, Status::kOk) << record.reason;
    EXPECT_EQ(record.pid, pid);
  }
  EXPECT_EQ(measured(worker, "throw").status, Status::kFailed);
  EXPECT_TRUE(worker.is_alive()) << "an exception is no reason to lose a process";
}

TEST(WorkerProcess, WhateverBecomesOfItIsARecord) {
  struct Case {
    std::string does;
    Status status;
    std::string reason;
  };
  for (const Case& c :
       {Case{"crash", Status::kFailed, ""}, Case{"kill", Status::kFailed, "ended by SIGKILL"},
        Case{"exit", Status::kFailed, "by itself with exit code 7"}}) {
    SCOPED_TRACE(c.does);
    WorkerProcess worker = started(options_for());
    const Record record = measured(worker, c.does);
    EXPECT_EQ(record.status, c.status);
    EXPECT_THAT(record.reason, HasSubstr(c.reason));
    EXPECT_FALSE(worker.is_alive());
    ASSERT_EQ(record.arms.size(), 1U);
    EXPECT_EQ(record.arms[0].reason, record.reason);
  }
}

TEST(WorkerProcess, AHangIsTimedOutAndKilled) {
  WorkerProcess worker = started(options_for());
  const pid_t pid = worker.pid();
  const Record record = measured(worker, "hang", 50ms);
  EXPECT_EQ(record.status, Status::kTimedOut);
  EXPECT_EQ(record.reason, "no answer within 50 ms");
  EXPECT_EQ(kill(pid, 0), -1) << "still there";
}

TEST(WorkerProcess, MemoryIsLimited) {
  if (!enforces_memory_limit()) {
    GTEST_SKIP() << "a sanitizer's shadow memory would count";
  }
  WorkerOptions options = options_for();
  options.memory_max = Bytes(256 << 20);
  WorkerProcess worker = started(options);
  EXPECT_EQ(measured(worker, "eat_memory").status, Status::kOutOfMemory);
  EXPECT_EQ(measured(worker, "nothing").status, Status::kOk) << "what was eaten was given back";
}

TEST(WorkerProcess, WhatIsNoAnswerIsAFailure) {
  struct Case {
    std::string how;
    std::string reason;
  };
  for (const Case& c : {Case{"garbage", "answered with garbage"},
                        Case{"flood", "a line without end"}, Case{"deaf", "ended by SIGKILL"}}) {
    SCOPED_TRACE(c.how);
    WorkerProcess worker = started(options_for({"worker", c.how}));
    const Record record = measured(worker, "nothing");
    EXPECT_EQ(record.status, Status::kFailed);
    EXPECT_THAT(record.reason, HasSubstr(c.reason));
    EXPECT_FALSE(worker.is_alive());
  }
}

TEST(WorkerProcess, AProgramThatIsNoWorkerIsAnError) {
  struct Case {
    fs::path program;
    std::string how;
    std::string message;
  };
  for (const Case& c : {Case{"/no/such/program", "", "the program could not be started"},
                        Case{this_program(), "mute", "by itself with exit code 5"},
                        Case{this_program(), "other", "another build, another, than"}}) {
    SCOPED_TRACE(c.program.string() + " " + c.how);
    WorkerOptions options = options_for({"worker"});
    if (!c.how.empty()) options.arguments.push_back(c.how);
    options.program = c.program;
    const auto worker = WorkerProcess::start(options);
    ASSERT_FALSE(worker);
    EXPECT_EQ(worker.error().blame(), Blame::kEnvironment);
    EXPECT_THAT(worker.error().message(), HasSubstr(c.message));
  }
}

TEST(WorkerProcess, ABindingThatCannotBeHadIsAnError) {
  WorkerOptions options = options_for();
  options.cpus = {1'000};
  const auto worker = WorkerProcess::start(options);
  ASSERT_FALSE(worker);
  EXPECT_THAT(worker.error().message(), HasSubstr("could not be bound"));
}

TEST(WorkerProcess, WhatTheWorkPrintsGoesToTheLog) {
  const fs::path log = fs::temp_directory_path() / ("assay_worker_" + std::to_string(getpid()));
  WorkerOptions options = options_for();
  options.log = log;
  WorkerProcess worker = started(options);
  EXPECT_EQ(measured(worker, "print").status, Status::kOk);
  std::stringstream text;
  text << std::ifstream(log).rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("\"record\":null"));
  fs::remove(log);
}

TEST(WorkerProcess, AStopEndsTheTrialWithoutARecord) {
  WorkerProcess worker = started(options_for());
  const std::atomic<bool> stop{true};
  EXPECT_FALSE(worker.run(trial_of("hang"), 60s, &stop).has_value());
  EXPECT_FALSE(worker.is_alive());
}

TEST(WorkerProcess, DiesWithItsRunner) {
  // Orphans come to us, so that we see how the worker of a killed runner ends.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t runner = fork();
  if (runner == 0) {
    const auto worker = WorkerProcess::start(options_for());
    const pid_t pid = worker ? worker->pid() : -1;
    if (write(ends[1], &pid, sizeof pid) != sizeof pid) _exit(1);
    while (true)
      pause();
  }
  pid_t worker = -1;
  ASSERT_EQ(read(ends[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  ASSERT_GT(worker, 0);
  ASSERT_EQ(kill(runner, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(waitpid(runner, &status, 0), runner);
  ASSERT_EQ(waitpid(worker, &status, 0), worker);
  EXPECT_TRUE(WIFSIGNALED(status) || WIFEXITED(status));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace assay::worker

int main(int argc, char** argv) {
  if (const auto code = assay::worker::serve_if_asked(argc, argv)) return *code;
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
