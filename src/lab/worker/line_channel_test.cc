// SPDX-License-Identifier: MIT
#include "lab/worker/line_channel.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "lab/worker/protocol.h"

namespace assay::worker {
namespace {

/// A channel to itself: what is sent is what is received.
class Loop {
 public:
  Loop() { EXPECT_EQ(pipe(ends_.data()), 0); }
  ~Loop() {
    close_writing();
    close(ends_[0]);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  int in() const { return ends_[0]; }
  int out() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

Arrival receive(LineChannel& channel, std::string& line, Nanoseconds timeout = 10s) {
  const auto arrival = channel.receive(line, timeout);
  EXPECT_TRUE(arrival) << arrival.error().to_string();
  return *arrival;
}

TEST(LineChannel, KeepsLinesApart) {
  Loop loop;
  LineChannel channel(loop.in(), loop.out());
  ASSERT_TRUE(channel.send("one"));
  ASSERT_TRUE(channel.send(""));
  ASSERT_TRUE(channel.send("three"));
  std::string line;
  for (const std::string want : {"one", "", "three"}) {
    EXPECT_EQ(receive(channel, line), Arrival::kLine);
    EXPECT_EQ(line, want);
  }
}

TEST(LineChannel, AnEndIsAnAnswer) {
  Loop loop;
  LineChannel channel(loop.in(), loop.out());
  ASSERT_EQ(write(loop.out(), "half", 4), 4);
  loop.close_writing();
  std::string line;
  EXPECT_EQ(receive(channel, line), Arrival::kClosed);
}

TEST(LineChannel, SilenceAndAStopAreAnswers) {
  Loop loop;
  LineChannel channel(loop.in(), loop.out());
  std::string line;
  EXPECT_EQ(receive(channel, line, 1ms), Arrival::kTimedOut);
  EXPECT_EQ(receive(channel, line, 0ns), Arrival::kTimedOut);
  const std::atomic<bool> stop{true};
  const auto stopped = channel.receive(line, Nanoseconds(-1), &stop);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(*stopped, Arrival::kStopped);
}

TEST(LineChannel, ALineWithoutEndIsCutOff) {
  Loop loop;
  LineChannel channel(loop.in(), loop.out());
  std::signal(SIGPIPE, SIG_IGN);
  std::thread flood([&] {
    const std::string piece(1 << 16, 'a');
    while (write(loop.out(), piece.data(), piece.size()) > 0) {
    }
  });
  std::string line;
  EXPECT_EQ(receive(channel, line, 60s), Arrival::kTooLong);
  close(loop.in());  // Ends the flood; the destructor's second close finds nothing.
  flood.join();
}

TEST(LineChannel, APeerThatIsGoneIsAnError) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  close(ends[0]);
  LineChannel channel(ends[0], ends[1]);
  const auto sent = channel.send("anybody?");
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().message(), ::testing::HasSubstr("cannot write to the peer"));
  close(ends[1]);
}

}  // namespace
}  // namespace assay::worker
