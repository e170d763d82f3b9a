// SPDX-License-Identifier: MIT
#include "djinn/schedule/idle_policies.h"

#include <gmock/gmock.h>

namespace assay::djinn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::unique_ptr<IdlePolicy> policy_of(std::string_view name,
                                      const IdlePolicyOptions& options = {}) {
  auto policy = make_idle_policy(name, options);
  ASSAY_CHECK(policy.has_value(), "a known name");
  return std::move(*policy);
}

SessionId id_of(std::uint32_t index) {
  return {.index = index, .generation = 1};
}

/// On the device, 100 bytes of which all are dirty, used last at 1 s.
IdleSession resident(std::uint32_t index) {
  return {.id = id_of(index),
          .residence = Residence::kDirty,
          .held = Bytes(100),
          .dirty = Bytes(100),
          .restore = Bytes(100),
          .used_last = 1s};
}
IdleSession clean(std::uint32_t index) {
  IdleSession session = resident(index);
  session.residence = Residence::kClean;
  session.dirty = Bytes(0);
  return session;
}
IdleSession away(std::uint32_t index) {
  IdleSession session = clean(index);
  session.residence = Residence::kHostOnly;
  session.held = Bytes(0);
  return session;
}
IdleSession waiting(IdleSession session, Nanoseconds from, std::optional<Nanoseconds> estimate) {
  session.phase.signal(from, Phase::kIoWait, estimate);
  return session;
}
IdleSession asking(IdleSession session, Nanoseconds since) {
  session.asked = since;
  return session;
}

/// A byte a microsecond each way: 100 bytes take 100 us.
IdleView view_of(std::vector<IdleSession> sessions, std::int64_t free = 0) {
  return {.sessions = std::move(sessions),
          .free = Bytes(free),
          .wanted = Bytes(0),
          .host_free = Bytes(10'000),
          .to_host_rate = 1e-3,
          .to_device_rate = 1e-3};
}

SwapAction action(SwapKind kind, std::uint32_t index) {
  return {kind, id_of(index)};
}

TEST(IdlePolicies, AreKnownByName) {
  EXPECT_THAT(idle_policy_names(),
              ElementsAre("none", "reactive", "lru", "proactive", "lazy", "oracle"));
  for (const std::string& name : idle_policy_names())
    EXPECT_EQ(policy_of(name)->name(), name);
  EXPECT_THAT(make_idle_policy("layz", {}).error().message(),
              testing::HasSubstr("did you mean lazy?"));
  EXPECT_THAT(make_idle_policy("lazy", {.margin = -1ns}).error().message(),
              testing::HasSubstr("expected 0 to 24 hours"));
  EXPECT_FALSE(policy_of("none")->swaps());
  EXPECT_TRUE(policy_of("lru")->swaps());
}

TEST(IdlePolicies, EveryoneBringsBackWhoAsksAndNobodyOvertakes) {
  for (const std::string& name : idle_policy_names()) {
    const auto policy = policy_of(name);
    IdleView view = view_of({asking(away(1), 5s), asking(away(2), 4s), asking(away(3), 6s)}, 250);
    EXPECT_THAT(policy->decide(7s, view),
                ElementsAre(action(SwapKind::kRestore, 2), action(SwapKind::kRestore, 1)))
        << name;
    view.sessions[1].restore = Bytes(300);  // The first in line does not fit: the others wait.
    EXPECT_THAT(policy->decide(7s, view), IsEmpty()) << name;
    view.sessions[1].is_busy = true;
    EXPECT_THAT(policy->decide(7s, view),
                ElementsAre(action(SwapKind::kRestore, 1), action(SwapKind::kRestore, 3)))
        << name << ": it is on its way";
  }
}

TEST(IdlePolicies, NobodyTouchesWhoIsInUse) {
  for (const std::string& name : idle_policy_names()) {
    const auto policy = policy_of(name);
    IdleSession pinned = waiting(clean(1), 2s, 100s);
    pinned.is_pinned = true;
    const IdleSession asked = asking(waiting(clean(2), 2s, 100s), 3s);
    IdleView view = view_of({pinned, asked});
    view.wanted = Bytes(150);
    EXPECT_THAT(policy->decide(50s, view), IsEmpty()) << name;
  }
}

TEST(IdlePolicies, ADirtySessionIsCleanedBeforeItIsDropped) {
  for (const std::string_view name : {"lru", "lazy", "proactive", "oracle"}) {
    const auto policy = policy_of(name);
    IdleView view = view_of({waiting(resident(1), 2s, 100s)});
    view.wanted = Bytes(50);
    EXPECT_THAT(policy->decide(3s, view), ElementsAre(action(SwapKind::kClean, 1))) << name;
    view.sessions[0].is_busy = true;
    EXPECT_THAT(policy->decide(3s, view), IsEmpty()) << name << ": it is being copied";
    view.sessions[0] = waiting(clean(1), 2s, 100s);
    EXPECT_THAT(policy->decide(3s, view), ElementsAre(action(SwapKind::kDrop, 1))) << name;
    view.sessions[0] = waiting(resident(1), 2s, 100s);
    view.host_free = Bytes(99);
    EXPECT_THAT(policy->decide(3s, view), IsEmpty()) << name << ": the host has no room";
  }
}

TEST(NonePolicy, NeverSendsAnybodyAway) {
  IdleView view = view_of({waiting(clean(1), 2s, 100s), asking(away(2), 3s)});
  view.wanted = Bytes(1'000);
  EXPECT_THAT(policy_of("none")->decide(90s, view), IsEmpty());
  EXPECT_EQ(policy_of("none")->next_decision(3s, view), std::nullopt);
}

TEST(ReactivePolicy, GoesByTheTimeSinceTheLastRequest) {
  const auto policy = policy_of("reactive", {.idle_after = 200ms});
  const IdleView view = view_of({clean(1), waiting(clean(2), 1s, 500s)});
  EXPECT_THAT(policy->decide(1'100ms, view), IsEmpty()) << "signals are not heard";
  EXPECT_EQ(policy->next_decision(1'100ms, view), 1'200ms);
  EXPECT_THAT(policy->decide(1'200ms, view),
              ElementsAre(action(SwapKind::kDrop, 1), action(SwapKind::kDrop, 2)));
  EXPECT_THAT(policy->decide(9s, view_of({away(1)}, 1'000)), IsEmpty())
      << "back when it is asked for";
}

TEST(LruPolicy, GivesUpTheLeastRecentlyUsedAndOnlyUnderPressure) {
  const auto policy = policy_of("lru");
  IdleView view = view_of({clean(1), clean(2), clean(3)});
  view.sessions[0].used_last = 3s;
  view.sessions[1].used_last = 1s;
  view.sessions[2].used_last = 2s;
  EXPECT_THAT(policy->decide(60s, view), IsEmpty());
  view.wanted = Bytes(101);
  EXPECT_THAT(policy->decide(60s, view),
              ElementsAre(action(SwapKind::kDrop, 2), action(SwapKind::kDrop, 3)));
}

TEST(ProactivePolicy, SendsAwayOnTheSignalAndFetchesBeforeTheEstimate) {
  const auto policy = policy_of("proactive", {.margin = 100ms});
  const IdleView here = view_of({waiting(clean(1), 2s, 10s), clean(2)}, 1'000);
  EXPECT_THAT(policy->decide(2s, here), ElementsAre(action(SwapKind::kDrop, 1)));
  const IdleView gone = view_of({waiting(away(1), 2s, 10s)}, 1'000);
  EXPECT_THAT(policy->decide(3s, gone), IsEmpty());
  const Nanoseconds fetch = 12s - 100ms - 100us;
  EXPECT_EQ(policy->next_decision(3s, gone), fetch);
  EXPECT_THAT(policy->decide(fetch, gone), ElementsAre(action(SwapKind::kRestore, 1)));
  EXPECT_THAT(policy->decide(fetch, here), IsEmpty()) << "it was fetched: it does not go again";
  EXPECT_THAT(policy->decide(fetch, view_of({waiting(away(1), 2s, 10s)}, 99)), IsEmpty())
      << "nobody is sent away for a guess";
}

TEST(ProactivePolicy, WithoutAnEstimateItWaitsForCompute) {
  const auto policy = policy_of("proactive");
  IdleView view = view_of({waiting(away(1), 2s, std::nullopt)}, 1'000);
  EXPECT_THAT(policy->decide(90s, view), IsEmpty());
  EXPECT_EQ(policy->next_decision(3s, view), std::nullopt);
  view.sessions[0].phase.signal(91s, Phase::kCompute, std::nullopt);
  EXPECT_THAT(policy->decide(91s, view), ElementsAre(action(SwapKind::kRestore, 1)))
      << "before its request comes";
}

TEST(ProactivePolicy, AnEarlyComputeStopsNothingHalfWay) {
  const auto policy = policy_of("proactive");
  IdleView view = view_of({waiting(resident(1), 2s, 10s)});
  EXPECT_THAT(policy->decide(2s, view), ElementsAre(action(SwapKind::kClean, 1)));
  view.sessions[0].is_busy = true;  // COMPUTE comes before the copy ended.
  view.sessions[0].phase.signal(2'001ms, Phase::kCompute, std::nullopt);
  EXPECT_THAT(policy->decide(2'001ms, view), IsEmpty());
  view.sessions[0] = clean(1);  // The copy ended: it stays, and is clean.
  view.sessions[0].phase.signal(2'001ms, Phase::kCompute, std::nullopt);
  EXPECT_THAT(policy->decide(2'002ms, view), IsEmpty());
}

TEST(LazyPolicy, KeepsEverybodyWhileThereIsRoomAndTidiesMeanwhile) {
  const auto policy = policy_of("lazy");
  IdleView view = view_of({waiting(resident(1), 2s, 3s), waiting(resident(2), 2s, 30s), resident(3),
                           waiting(clean(4), 2s, 300s)},
                          10);
  EXPECT_THAT(policy->decide(2s, view), ElementsAre(action(SwapKind::kTidy, 2)))
      << "the one that waits longest, of those that have something to copy";
  view.is_copying = true;
  EXPECT_THAT(policy->decide(2s, view), IsEmpty()) << "only spare bandwidth";
}

TEST(LazyPolicy, DropsTheCleanOneThatIsAwayLongest) {
  const auto policy = policy_of("lazy");
  IdleView view = view_of({waiting(clean(1), 2s, 3s), waiting(clean(2), 2s, 30s),
                           waiting(resident(3), 2s, 100s), asking(away(4), 2s)});
  EXPECT_THAT(policy->decide(2s, view), ElementsAre(action(SwapKind::kDrop, 2)))
      << "3 is away longer, and somebody would wait for its copy";
}

TEST(LazyPolicy, DoesNotSwapForAGapShorterThanTheCopies) {
  const auto policy = policy_of("lazy", {.patience = 10ms});
  const IdleView view = view_of({waiting(resident(1), 2s, 150us), asking(away(2), 2s)});
  EXPECT_THAT(policy->decide(2s, view), IsEmpty()) << "out and back takes 200 us";
  EXPECT_THAT(policy->decide(2'010ms, view), ElementsAre(action(SwapKind::kClean, 1)))
      << "but nobody waits for ever";
}

TEST(LazyPolicy, NeedsNoSignals) {
  const auto policy = policy_of("lazy");
  IdleView view = view_of({clean(1), clean(2), asking(away(3), 9s)});
  view.sessions[1].used_last = 8s;
  EXPECT_THAT(policy->decide(10s, view), ElementsAre(action(SwapKind::kDrop, 1)))
      << "no sign of it for longest";
}

TEST(OraclePolicy, KnowsWhoIsBackLast) {
  const auto policy = policy_of("oracle");
  IdleView view =
      view_of({waiting(clean(1), 2s, 500s), waiting(clean(2), 2s, 3s), asking(away(3), 2s)});
  view.sessions[0].true_resume = 4s;
  view.sessions[1].true_resume = 400s;
  EXPECT_THAT(policy->decide(2s, view), ElementsAre(action(SwapKind::kDrop, 2)));
}

}  // namespace
}  // namespace assay::djinn
