// SPDX-License-Identifier: MIT
#include "djinn/server/session_keeper.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace assay::djinn {
namespace {

using tensor::DType;
using ::testing::HasSubstr;

StateLayout layout_of(std::int64_t capacity) {
  const tensor::TensorType type{DType::kF32, {1, 2, capacity, 8}};
  return *StateLayout::create({{"keys.0", type}, {"values.0", type}});
}

WaitingOpen wish(ConnectionId connection, std::int64_t capacity, bool may_queue = false) {
  return {.connection = connection,
          .tenant = "t",
          .model = std::make_shared<ServedModel>(),
          .message = {.tokens_max = static_cast<std::uint64_t>(capacity), .may_queue = may_queue},
          .layout = layout_of(capacity)};
}

class SessionKeeperTest : public ::testing::Test {
 protected:
  void start(DataLayout layout, const std::string& policy = "none") {
    memory_ = *DeviceMemory::create({.device = Bytes(3 << 20),
                                     .text = Bytes(1 << 20),
                                     .stack = Bytes(1 << 20),
                                     .layout = layout,
                                     .arena_size = Bytes(256 << 10),
                                     .block_size = Bytes(4096),
                                     .host = Bytes(policy == "none" ? 0 : 4 << 20),
                                     .host_block_size = Bytes(4096)});
    keeper_ = *SessionKeeper::create(
        *memory_, {.policy = policy, .lease = 10s}, clock_,
        {.on_admitted =
             [this](const WaitingOpen& to, const Served<VerdictMessage>& verdict) {
               told_.emplace_back(to.request, verdict.has_value());
             },
         .on_resident =
             [this](SessionId) {
               std::ignore = came_.exchange(true);
               came_.notify_all();
             }});
  }
  FakeClock clock_;
  std::unique_ptr<DeviceMemory> memory_;
  std::unique_ptr<SessionKeeper> keeper_;
  std::vector<std::pair<std::uint64_t, bool>> told_;
  std::atomic<bool> came_ = false;
};

TEST_F(SessionKeeperTest, AnArenaBoundsASession) {
  start(DataLayout::kContiguous);
  const auto fits = keeper_->open(wish(1, 2048));  // 2 x 2 x 2048 x 8 x 4 bytes: an arena.
  ASSERT_TRUE(fits && fits->admission == Admission::kAdmitted) << fits->reason;
  EXPECT_EQ(fits->reserved_bytes, 256U << 10U);
  const auto larger = keeper_->open(wish(1, 2064));
  ASSERT_TRUE(larger);
  EXPECT_EQ(larger->admission, Admission::kRejected);
  EXPECT_THAT(larger->reason, HasSubstr("an arena holds"));
}

TEST_F(SessionKeeperTest, AFullServerRefusesAndTheNextWaitsForItsPlace) {
  start(DataLayout::kContiguous);
  std::vector<SessionHandle> open;
  while (true) {
    const auto verdict = keeper_->open(wish(1, 100));
    ASSERT_TRUE(verdict);
    if (verdict->admission == Admission::kRejected) break;
    open.push_back(verdict->session);
  }
  EXPECT_EQ(open.size(), 4U) << "arenas of a quarter";
  auto waiting = wish(2, 100, true);
  waiting.request = 77;
  const auto queued = keeper_->open(waiting);
  ASSERT_TRUE(queued);
  EXPECT_EQ(queued->admission, Admission::kQueued);
  EXPECT_TRUE(told_.empty());
  ASSERT_TRUE(keeper_->close(1, open[0]));
  EXPECT_EQ(told_, (std::vector<std::pair<std::uint64_t, bool>>{{77, true}}));
  EXPECT_EQ(keeper_->waiting(), 0);
}

TEST_F(SessionKeeperTest, BelongsToItsConnectionUntilItIsResumed) {
  start(DataLayout::kPaged);
  const auto verdict = keeper_->open(wish(1, 100));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(keeper_->begin(2, verdict->session).error().code, ErrorCode::kUnauthorised);
  EXPECT_EQ(keeper_->signal(2, verdict->session, {}).error().code, ErrorCode::kUnauthorised);
  EXPECT_EQ(keeper_->close(2, verdict->session).error().code, ErrorCode::kUnauthorised);
  EXPECT_EQ(keeper_->resume(2, Capability()).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(keeper_->resume(2, verdict->capability));
  EXPECT_TRUE(keeper_->signal(2, verdict->session, {}));
  EXPECT_EQ(keeper_->signal(1, verdict->session, {}).error().code, ErrorCode::kUnauthorised);
  SessionHandle stale = verdict->session;
  ++stale.generation;
  EXPECT_EQ(keeper_->signal(2, stale, {}).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(keeper_->close(2, verdict->session));
  EXPECT_EQ(keeper_->close(2, verdict->session).error().code, ErrorCode::kStateLost);
}

TEST_F(SessionKeeperTest, OutlivesItsConnectionByALease) {
  start(DataLayout::kPaged);
  const auto verdict = keeper_->open(wish(1, 100));
  ASSERT_TRUE(verdict);
  keeper_->detach_all_of(1);
  EXPECT_EQ(keeper_->expire(), 10s);
  clock_.advance(9s);
  EXPECT_EQ(keeper_->expire(), 1s);
  ASSERT_TRUE(keeper_->resume(5, verdict->capability));
  clock_.advance(20s);
  EXPECT_EQ(keeper_->expire(), std::nullopt) << "somebody's again";
  keeper_->detach_all_of(5);
  clock_.advance(10s);
  EXPECT_EQ(keeper_->expire(), std::nullopt);
  EXPECT_EQ(keeper_->resume(5, verdict->capability).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(keeper_->reserved(), Bytes(0));
}

TEST_F(SessionKeeperTest, AFailedOperationLeavesTheTokensAsTheyWere) {
  start(DataLayout::kPaged);
  const auto verdict = keeper_->open(wish(1, 100));
  ASSERT_TRUE(verdict);
  const auto append = [&](std::int64_t count, bool fails) {
    const auto session = keeper_->begin(1, verdict->session);
    ASSERT_TRUE(session);
    const Lengths before = (*session)->lengths;
    ASSERT_TRUE(keeper_->prepare(**session, {count}));
    keeper_->commit(**session, {count});
    keeper_->end(**session, fails ? std::optional(before) : std::nullopt);
  };
  append(10, false);
  append(20, true);
  EXPECT_EQ(keeper_->resume(1, verdict->capability)->tokens_held, 10U);
  append(5, false);
  EXPECT_EQ(keeper_->resume(1, verdict->capability)->tokens_held, 15U);
  EXPECT_TRUE(keeper_->with_memory([](DeviceMemory& memory) { return memory.check(); }));
}

TEST_F(SessionKeeperTest, AStateThatLeftComesBackForARequest) {
  start(DataLayout::kPaged, "proactive");
  const auto verdict = keeper_->open(wish(1, 100));
  ASSERT_TRUE(verdict);
  ASSERT_TRUE(keeper_->request(1, verdict->session)) << "it is here";
  const auto session = keeper_->begin(1, verdict->session);
  ASSERT_TRUE(session);
  ASSERT_TRUE(keeper_->prepare(**session, {10}));
  keeper_->commit(**session, {10});
  keeper_->end(**session, std::nullopt);
  EXPECT_TRUE(keeper_->request(2, verdict->session)) << "a stranger learns nothing";
  // It says that it waits, and leaves at once: no time passes on the clock.
  ASSERT_TRUE(keeper_->signal(1, verdict->session, {.phase = Phase::kIoWait}));
  const auto is_away = [&] {
    bool was_seen_away = false;
    keeper_->for_each([&](const KeptSession&, const SessionFacts& facts) {
      was_seen_away = facts.residence == Residence::kHostOnly;
    });
    return was_seen_away;
  };
  while (!is_away())
    std::this_thread::yield();
  EXPECT_EQ(keeper_->begin(1, verdict->session).error().code, ErrorCode::kOverloaded);
  EXPECT_FALSE(keeper_->request(1, verdict->session));
  came_.wait(false);
  const auto again = keeper_->begin(1, verdict->session);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ((*again)->lengths, Lengths{10});
  keeper_->end(**again, std::nullopt);
}

TEST_F(SessionKeeperTest, APolicyThatSwapsNeedsAPool) {
  memory_ = *DeviceMemory::create({.device = Bytes(3 << 20),
                                   .text = Bytes(1 << 20),
                                   .stack = Bytes(1 << 20),
                                   .host = Bytes(0)});
  const auto keeper = SessionKeeper::create(*memory_, {.policy = "proactive"}, clock_, {});
  ASSERT_FALSE(keeper);
  EXPECT_THAT(keeper.error().to_string(), HasSubstr("host's pool is 0"));
}

}  // namespace
}  // namespace assay::djinn
