// SPDX-License-Identifier: MIT
#include "djinn/transport/waiting.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "djinn/transport/socket.h"

namespace assay::djinn {
namespace {

/// Work that is done at the n-th attempt, on a clock that moves only by attempts and sleep.
class FakeWork final : public Awaited {
 public:
  FakeWork(FakeClock& clock, int done_at) : clock_(&clock), done_at_(done_at) {}

  Result<bool> attempt() override {
    steps += 'a';
    clock_->advance(1us);
    ++attempts_;
    if (fails_at == attempts_) return Error::environment("broken");
    return attempts_ == done_at_;
  }
  bool may_sleep() override {
    steps += 'm';
    return !(busy_once && std::exchange(busy_once, false));
  }
  Result<void> sleep(Nanoseconds most) override {
    steps += 's';
    clock_->advance(std::min(most, Nanoseconds(100us)));
    return {};
  }

  std::string steps;
  bool busy_once = false;
  int fails_at = 0;

 private:
  FakeClock* clock_;
  int attempts_ = 0;
  int done_at_;
};

struct Waited {
  bool is_done;
  std::string steps;
};

Waited wait(int done_at, Nanoseconds budget, Nanoseconds most, bool busy_once = false) {
  FakeClock clock;
  FakeWork work(clock, done_at);
  work.busy_once = busy_once;
  const auto result = spin_then_sleep(work, {.budget = budget}, clock, most);
  EXPECT_TRUE(result);
  return {*result, work.steps};
}

TEST(SpinThenSleep, SpinsForItsBudgetAndSleepsThen) {
  struct Case {
    std::string_view what;
    Waited got;
    bool is_done;
    std::string_view steps;
  };
  const Case cases[] = {
      {"done at once", wait(1, 5us, 1s), true, "a"},
      {"done while it spins", wait(4, 5us, 1s), true, "aaaa"},
      {"budget 0 never spins", wait(3, 0us, 1s), true, "amsamsa"},
      {"budget of five steps", wait(7, 5us, 1s), true, "aaaaaamsa"},
      {"something to do after all", wait(3, 0us, 1s, true), true, "amamsa"},
      {"time over while it spins", wait(0, 5us, 3us), false, "aaaa"},
      {"time over while it sleeps", wait(0, 2us, 150us), false, "aaamsamsa"},
      {"no time", wait(0, 5us, 0us), false, "a"},
      {"without end", wait(4, 0us, Nanoseconds::max()), true, "amsamsamsa"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(c.got.is_done, c.is_done) << c.what;
    EXPECT_EQ(c.got.steps, c.steps) << c.what;
  }
}

TEST(SpinThenSleep, HandsOnWhatFails) {
  FakeClock clock;
  for (const int at : {1, 3, 8}) {
    FakeWork work(clock, 0);
    work.fails_at = at;
    const auto result = spin_then_sleep(work, {.budget = 5us}, clock, 1s);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message(), "broken");
  }
}

TEST(SpinPolicy, NeverTakesACoreFromWork) {
  EXPECT_EQ(spin_policy(0, 2).budget, 20us);
  EXPECT_EQ(spin_policy(1, 2).budget, 20us);
  EXPECT_EQ(spin_policy(2, 2).budget, 0us);
  EXPECT_EQ(spin_policy(9, 2).budget, 0us);
}

TEST(ReceiveWaiting, SaysThatNothingCame) {
  auto [left, right] = *SocketStream::pair();
  std::array<std::byte, 8> into;
  for (const Nanoseconds budget : {Nanoseconds(0), Nanoseconds(50us)}) {
    const auto moved = receive_waiting(*right, into, {.budget = budget}, 2ms);
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().message(), "nothing was received within 2 ms");
  }
  left.reset();
  EXPECT_EQ(receive_waiting(*right, into, {}, 1s)->state, MovedState::kEnded);
}

TEST(WaitForDescriptor, AnswersWhetherItIsReady) {
  auto [left, right] = *SocketStream::pair();
  EXPECT_TRUE(*wait_for_descriptor(left->descriptor(), Direction::kSend, 0s));
  EXPECT_FALSE(*wait_for_descriptor(left->descriptor(), Direction::kReceive, 1ms));
}

}  // namespace
}  // namespace assay::djinn
