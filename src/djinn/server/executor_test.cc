// SPDX-License-Identifier: MIT
#include "djinn/server/executor.h"

#include <gmock/gmock.h>

#include <latch>

namespace assay::djinn {
namespace {

using ::testing::ElementsAre;

/// Takes so many steps, and says what happens.
class Walk final : public Job {
 public:
  Walk(int steps, std::function<void(int step, std::span<Job* const> others)> on_step)
      : left_(steps), on_step_(std::move(on_step)) {}

  void step(std::span<Job* const> others) override {
    const auto before = static_cast<int>(steps());
    take_one();
    on_step_(before + 1, others);
  }
  void take_one() {
    count_step();
    if (--left_ == 0) set_done();
  }

 private:
  int left_;
  std::function<void(int, std::span<Job* const>)> on_step_;
};

/// Never takes a step by itself.
class Guest final : public Job {
 public:
  Guest(int steps, std::function<void()> on_done) : left_(steps), on_done_(std::move(on_done)) {}
  void step(std::span<Job* const> /*others*/) override {}
  void take_one() {
    count_step();
    if (--left_ > 0) return;
    set_done();
    on_done_();
  }

 private:
  int left_;
  std::function<void()> on_done_;
};

TEST(Executor, DoesTheUrgentFirstAndOneAtATime) {
  const SteadyClock clock;
  auto executor = *Executor::create({}, clock);
  std::latch begin(1);
  std::latch done(4);
  std::vector<std::string> order;
  const auto push = [&](QosClass qos, const std::string& name) {
    executor->push({.tenant = "t", .qos = qos}, make_job([&, name] {
                     order.push_back(name);  // No lock: one thread does all of them.
                     done.count_down();
                   }));
  };
  executor->push({.tenant = "t", .qos = QosClass::kBatch}, make_job([&] { begin.wait(); }));
  push(QosClass::kBatch, "batch 1");
  push(QosClass::kBatch, "batch 2");
  push(QosClass::kRealtime, "realtime");
  push(QosClass::kInteractive, "interactive");
  begin.count_down();
  done.wait();
  EXPECT_THAT(order, ElementsAre("realtime", "interactive", "batch 1", "batch 2"));
}

TEST(Executor, LongWorkGivesWayBetweenTwoSteps) {
  for (const std::int64_t slots : {1, 4}) {
    const SteadyClock clock;
    auto executor = *Executor::create({.slots = slots}, clock);
    std::vector<std::string> order;
    std::latch done(2);
    const auto urgent = [&] {
      order.push_back("urgent");
      done.count_down();
    };
    auto walk = std::make_unique<Walk>(5, [&](int step, std::span<Job* const>) {
      order.push_back(format("step {}", step));
      if (step == 2) executor->push({.tenant = "t", .qos = QosClass::kRealtime}, make_job(urgent));
      if (step == 5) done.count_down();
    });
    executor->push({.tenant = "t", .qos = QosClass::kBatch}, std::move(walk));
    done.wait();
    EXPECT_THAT(order, ElementsAre("step 1", "step 2", "urgent", "step 3", "step 4", "step 5"))
        << slots;
    while (executor->under_way() > 0)
      std::this_thread::yield();
    EXPECT_EQ(executor->counts(QosClass::kBatch).finished, 1);
    EXPECT_EQ(executor->counts(QosClass::kBatch).stopped, slots == 1 ? 1 : 0);
  }
}

TEST(Executor, EqualsTakeTurns) {
  const SteadyClock clock;
  auto executor = *Executor::create({.slots = 3}, clock);
  std::latch begin(1);
  std::latch done(3);
  std::string order;
  executor->push({}, make_job([&] { begin.wait(); }));
  for (const char name : {'a', 'b', 'c'}) {
    executor->push({}, std::make_unique<Walk>(3, [&, name](int step, std::span<Job* const>) {
                     order += name;
                     if (step == 3) done.count_down();
                   }));
  }
  begin.count_down();
  done.wait();
  EXPECT_EQ(order, "abcabcabc");
}

TEST(Executor, OthersShareAStep) {
  const SteadyClock clock;
  auto executor = *Executor::create({.slots = 2}, clock);
  std::latch begin(1);
  std::latch done(2);
  executor->push({}, make_job([&] { begin.wait(); }));
  executor->push({}, std::make_unique<Guest>(2, [&] { done.count_down(); }));
  executor->push({}, std::make_unique<Walk>(3, [&](int step, std::span<Job* const> others) {
                   EXPECT_EQ(others.size(), step <= 2 ? 1U : 0U) << "who is done is not offered";
                   for (Job* const other : others)
                     static_cast<Guest*>(other)->take_one();
                   if (step == 3) done.count_down();
                 }));
  begin.count_down();
  done.wait();
}

TEST(Executor, WhoHearsShortWorkMayDoItWhileNothingElseIsUnderWay) {
  const SteadyClock clock;
  auto executor = *Executor::create({}, clock);
  std::vector<std::thread::id> threads;
  const auto walk = [&](int steps, std::latch& done) {
    return std::make_unique<Walk>(steps, [&, steps](int step, std::span<Job* const>) {
      threads.push_back(std::this_thread::get_id());
      if (step == steps) done.count_down();
    });
  };
  std::latch first(1);
  std::unique_ptr<Job> job = walk(2, first);
  EXPECT_TRUE(executor->run_here({}, job, 10s));
  EXPECT_EQ(job, nullptr);
  EXPECT_THAT(threads, ElementsAre(std::this_thread::get_id(), std::this_thread::get_id()));
  threads.clear();
  std::latch second(1);
  job = walk(3, second);
  EXPECT_TRUE(executor->run_here({}, job, 0s)) << "one step, and the others take it from there";
  second.wait();
  ASSERT_EQ(threads.size(), 3U);
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  EXPECT_EQ(threads[1], threads[2]);
  EXPECT_NE(threads[1], threads[0]);
  while (executor->under_way() > 0)
    std::this_thread::yield();
  std::latch begin(1);
  executor->push({}, make_job([&] { begin.wait(); }));
  std::latch third(1);
  job = walk(1, third);
  EXPECT_FALSE(executor->run_here({}, job, 10s));
  EXPECT_NE(job, nullptr) << "it is still the caller's";
  begin.count_down();
}

TEST(Executor, LeavesWhatDidNotBegin) {
  const SteadyClock clock;
  std::latch began(1);
  int done = 0;
  {
    auto executor = *Executor::create({}, clock);
    std::latch end(1);
    executor->push({.tenant = "t"}, make_job([&] {
                     began.count_down();
                     end.wait();
                     ++done;
                   }));
    began.wait();
    executor->push({.tenant = "t"}, make_job([&] { ++done; }));
    EXPECT_EQ(executor->under_way(), 2);
    end.count_down();
  }
  EXPECT_GE(done, 1) << "what began ends";
}

}  // namespace
}  // namespace assay::djinn
