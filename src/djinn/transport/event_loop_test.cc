// SPDX-License-Identifier: MIT
#include "djinn/transport/event_loop.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>

#include "djinn/transport/socket.h"

namespace assay::djinn {
namespace {

class Loop : public ::testing::Test {
 protected:
  Loop() : loop_(*EventLoop::create(clock_)) {}
  bool step() { return *loop_->run_once(0s); }

  FakeClock clock_;
  std::unique_ptr<EventLoop> loop_;
};

void send_byte(SocketStream& to) {
  const std::byte byte{};
  const Part part(&byte, 1);
  ASSERT_TRUE(to.send({&part, 1}));
}

TEST_F(Loop, CallsForWhatIsReady) {
  auto [left, right] = *SocketStream::pair();
  std::vector<Ready> seen;
  ASSERT_TRUE(loop_->watch(right->descriptor(), {.readable = true},
                           [&](Ready ready) { seen.push_back(ready); }));
  EXPECT_FALSE(step());
  send_byte(*left);
  EXPECT_TRUE(step());
  ASSERT_TRUE(loop_->change(right->descriptor(), {.readable = true, .writable = true}));
  EXPECT_TRUE(step());
  ASSERT_TRUE(loop_->change(right->descriptor(), {.writable = true}));
  EXPECT_TRUE(step());
  EXPECT_EQ(seen, (std::vector<Ready>{{true, false}, {true, true}, {false, true}}));
  loop_->forget(right->descriptor());
  EXPECT_FALSE(step());
  loop_->forget(right->descriptor());
  EXPECT_EQ(loop_->watched(), 0U);
}

TEST_F(Loop, TellsOfThePeersEnd) {
  auto [left, right] = *SocketStream::pair();
  Ready seen;
  ASSERT_TRUE(
      loop_->watch(right->descriptor(), {.readable = true}, [&](Ready ready) { seen = ready; }));
  left.reset();
  EXPECT_TRUE(step());
  EXPECT_TRUE(seen.readable);
}

TEST_F(Loop, LetsAHandlerForgetItselfAndOthers) {
  std::array<std::pair<std::unique_ptr<SocketStream>, std::unique_ptr<SocketStream>>, 3> pairs;
  int called = 0;
  for (auto& pair : pairs) {
    pair = *SocketStream::pair();
    send_byte(*pair.first);
    ASSERT_TRUE(loop_->watch(pair.second->descriptor(), {.readable = true}, [&](Ready) {
      ++called;
      for (const auto& other : pairs)
        loop_->forget(other.second->descriptor());
    }));
  }
  EXPECT_TRUE(step());
  EXPECT_EQ(called, 1);
  EXPECT_FALSE(step());
}

TEST_F(Loop, NeverCallsANewWatchForAnOldEvent) {
  auto first = *SocketStream::pair();
  auto second = *SocketStream::pair();
  send_byte(*first.first);
  send_byte(*second.first);
  std::string calls;
  // Whichever comes first closes the other, whose number goes to a silent socket.
  const auto handler = [&](std::unique_ptr<SocketStream>& other, char name) {
    calls += name;
    const int number = other->descriptor();
    loop_->forget(number);
    other.reset();
    auto silent = *SocketStream::pair();
    std::unique_ptr<SocketStream>& same =
        silent.first->descriptor() == number ? silent.first : silent.second;
    ASSERT_EQ(same->descriptor(), number);
    other = std::move(same);
    second.first = std::move(silent.first ? silent.first : silent.second);
    ASSERT_TRUE(loop_->watch(number, {.readable = true}, [&](Ready) { calls += '!'; }));
  };
  ASSERT_TRUE(loop_->watch(first.second->descriptor(), {.readable = true},
                           [&](Ready) { handler(second.second, 'a'); }));
  ASSERT_TRUE(loop_->watch(second.second->descriptor(), {.readable = true},
                           [&](Ready) { handler(first.second, 'b'); }));
  EXPECT_TRUE(step());
  EXPECT_EQ(calls.size(), 1U) << calls;
}

TEST_F(Loop, RunsTimersInTheirOrder) {
  std::string ran;
  loop_->after(30ms, [&] { ran += 'c'; });
  loop_->after(10ms, [&] { ran += 'a'; });
  const auto cancelled = loop_->after(20ms, [&] { ran += '!'; });
  loop_->after(20ms, [&] {
    ran += 'b';
    loop_->after(0ms, [&] { ran += 'n'; });
  });
  EXPECT_FALSE(step());
  EXPECT_TRUE(loop_->cancel(cancelled));
  EXPECT_FALSE(loop_->cancel(cancelled));
  clock_.advance(10ms);
  EXPECT_TRUE(step());
  EXPECT_EQ(ran, "a");
  clock_.advance(20ms);
  EXPECT_TRUE(step());
  EXPECT_EQ(ran, "abc");
  EXPECT_TRUE(step());
  EXPECT_EQ(ran, "abcn") << "a timer that a timer set has its turn later";
  EXPECT_FALSE(step());
}

TEST_F(Loop, LetsATimerCancelTheNext) {
  std::string ran;
  EventLoop::TimerId next{};
  loop_->after(1ms, [&] {
    ran += 'a';
    EXPECT_TRUE(loop_->cancel(next));
  });
  next = loop_->after(2ms, [&] { ran += '!'; });
  clock_.advance(5ms);
  EXPECT_TRUE(step());
  EXPECT_EQ(ran, "a");
}

TEST(EventLoop, RunsWhatOtherThreadsPost) {
  const SteadyClock clock;
  const auto loop = *EventLoop::create(clock);
  constexpr int kEach = 500;
  int ran = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i)
        loop->post([&] {
          if (++ran == 3 * kEach) loop->stop();
        });
    });
  }
  EXPECT_TRUE(loop->run());
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(ran, 3 * kEach);
  loop->stop();
  EXPECT_TRUE(loop->run()) << "a stop is kept until the loop runs";
}

TEST(EventLoop, WakesForATimer) {
  const SteadyClock clock;
  const auto loop = *EventLoop::create(clock);
  loop->after(2ms, [&] { loop->stop(); });
  const Nanoseconds begin = clock.now();
  EXPECT_TRUE(loop->run());
  EXPECT_GE(clock.now() - begin, 2ms);
}

}  // namespace
}  // namespace assay::djinn
