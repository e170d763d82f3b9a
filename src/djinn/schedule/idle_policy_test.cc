// SPDX-License-Identifier: MIT
#include "djinn/schedule/idle_policy.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "core/random.h"
#include "djinn/schedule/idle_policies.h"

namespace assay::djinn {
namespace {

TEST(SwapKind, HasAName) {
  EXPECT_EQ(to_text(SwapKind::kTidy), "tidy");
  EXPECT_EQ(to_text(SwapKind::kRestore), "restore");
}

IdleSession random_session(Random& random, std::uint32_t index) {
  const auto time = [&] {
    return Nanoseconds(static_cast<std::int64_t>(random.below(5'000'000'000)));
  };
  const auto bytes = [&] { return Bytes(static_cast<std::int64_t>(random.below(1'000))); };
  IdleSession session{.id = {.index = index, .generation = 1},
                      .residence = static_cast<Residence>(random.below(4)),
                      .is_pinned = random.below(5) == 0,
                      .restore = bytes(),
                      .used_last = time()};
  const bool is_here =
      session.residence == Residence::kDirty || session.residence == Residence::kClean;
  session.held = is_here ? bytes() : Bytes(0);
  session.dirty = session.residence == Residence::kDirty ? session.held : Bytes(0);
  session.is_busy = session.residence == Residence::kRestoring ||
                    (session.residence == Residence::kDirty && random.below(5) == 0);
  session.is_pinned = session.is_pinned && is_here;
  if (random.below(3) == 0) session.asked = time();
  if (random.coin()) {
    session.phase.signal(time(), Phase::kIoWait,
                         random.coin() ? std::optional(time()) : std::nullopt);
  }
  if (random.coin()) session.true_resume = time() * 2;
  return session;
}

/// What no policy may ever do, whatever it is shown.
TEST(IdlePolicy, DecidesWithinTheRulesWhateverItIsShown) {
  Random random(55);
  for (const std::string& name : idle_policy_names()) {
    const auto policy = std::move(*make_idle_policy(name, {}));
    std::map<SwapKind, int> kinds;
    for (int round = 0; round < 3'000; ++round) {
      IdleView view{.free = Bytes(static_cast<std::int64_t>(random.below(2'000))),
                    .wanted = Bytes(random.coin() ? 0 : 500),
                    .host_free = Bytes(static_cast<std::int64_t>(random.below(3'000))),
                    .to_host_rate = 1e-5,
                    .to_device_rate = 1e-5,
                    .is_copying = random.coin()};
      std::map<SessionId, IdleSession> by_id;
      for (std::uint32_t i = 0; i < random.below(12); ++i) {
        view.sessions.push_back(random_session(random, i));
        by_id.emplace(view.sessions.back().id, view.sessions.back());
      }
      const Nanoseconds now = 5s;
      std::int64_t free = view.free.count();
      std::int64_t host_free = view.host_free.count();
      std::set<SessionId> seen;
      for (const SwapAction& action : policy->decide(now, view)) {
        ++kinds[action.kind];
        ASSERT_TRUE(seen.insert(action.session).second) << "one action for one session";
        const IdleSession& session = by_id.at(action.session);
        ASSERT_FALSE(session.is_busy);
        if (action.kind == SwapKind::kRestore) {
          ASSERT_EQ(session.residence, Residence::kHostOnly);
          free -= session.restore.count();
          continue;
        }
        ASSERT_FALSE(session.is_pinned);
        ASSERT_FALSE(session.asked.has_value()) << "who asks is not sent away";
        ASSERT_EQ(session.residence,
                  action.kind == SwapKind::kDrop ? Residence::kClean : Residence::kDirty);
        if (action.kind != SwapKind::kDrop) host_free -= session.dirty.count();
      }
      ASSERT_GE(free, 0) << "nobody is restored into room that is not there";
      ASSERT_GE(host_free, 0);
      const auto next = policy->next_decision(now, view);
      ASSERT_TRUE(!next || *next > now);
      ASSERT_EQ(policy->decide(now, view), policy->decide(now, view)) << "it remembers nothing";
    }
    EXPECT_GT(kinds[SwapKind::kRestore], 100) << name;
    EXPECT_EQ(kinds[SwapKind::kDrop] > 100, policy->swaps()) << name;
    EXPECT_EQ(kinds[SwapKind::kTidy] > 100, name == "lazy" || name == "oracle") << name;
  }
}

}  // namespace
}  // namespace assay::djinn
