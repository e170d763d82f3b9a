// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/arena.h"

#include <gmock/gmock.h>

#include <map>

#include "lab/workload/arm_under_test.h"
#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A token of the model takes half a KiB: keys and values of one block, 64 wide.
spec::Factors small(std::int64_t tokens, std::int64_t arena_kb) {
  return {
      {"depth", std::int64_t{1}},    {"width", std::int64_t{64}},      {"tokens", tokens},
      {"arena_kb", arena_kb},        {"states_kb", std::int64_t{256}}, {"text_mb", std::int64_t{8}},
      {"sessions", std::int64_t{12}}};
}

WorkloadUnderTest arena() {
  return WorkloadUnderTest(arena_workload(stand_in_devices(), ""));
}

struct Seen {
  std::map<std::string, Value> metrics;
  std::string refusal;
  bool correct = false;
};
Seen fill(std::int64_t tokens, std::int64_t arena_kb) {
  auto workload = arena();
  const auto arm = workload.arm(small(tokens, arena_kb));
  if (arm == nullptr || !arm->run(1)) return {};
  const auto verdict = arm->verify();
  const auto metrics = arm->metrics(1);
  return {.metrics = {metrics.begin(), metrics.end()},
          .refusal = *arm->mechanism().text("refusal"),
          .correct = verdict && verdict->correct};
}

TEST(Arena, EverythingThatIsAskedIsObserved) {
  EXPECT_THAT(arena().not_applied(small(64, 0)), IsEmpty());
  EXPECT_THAT(arena().not_applied(small(64, 64)), IsEmpty());
}

TEST(Arena, HoldsAsManySessionsAsThereAreArenas) {
  const Seen seen = fill(64, 64);  // 32 KiB of tokens in an arena of 64.
  ASSERT_TRUE(seen.correct) << seen.refusal;
  EXPECT_EQ(seen.metrics.at("sessions_admitted").number(), 4);
  EXPECT_NEAR(seen.metrics.at("utilisation").number(), 0.5, 1e-9);
  EXPECT_NEAR(seen.metrics.at("tokens_refused").number(), 8.0 / 12, 1e-9);
  EXPECT_THAT(seen.refusal, HasSubstr("no session"));
}

TEST(Arena, PagesHoldWhatIsThere) {
  const Seen seen = fill(64, 0);
  ASSERT_TRUE(seen.correct) << seen.refusal;
  EXPECT_EQ(seen.metrics.at("sessions_admitted").number(), 8);
  EXPECT_NEAR(seen.metrics.at("utilisation").number(), 1, 1e-9);
}

TEST(Arena, TokensBeyondAnArenaLetNobodyIn) {
  const Seen seen = fill(130, 64);
  EXPECT_TRUE(seen.correct) << "it is the right answer";
  EXPECT_EQ(seen.metrics.at("sessions_admitted").number(), 0);
  EXPECT_EQ(seen.metrics.at("tokens_refused").number(), 1);
  EXPECT_FALSE(seen.refusal.empty());
}

TEST(Arena, AWishThatIsMetRefusesNothing) {
  const Seen seen = fill(16, 8);
  ASSERT_TRUE(seen.correct);
  EXPECT_EQ(seen.metrics.at("sessions_admitted").number(), 12);
  EXPECT_EQ(seen.metrics.at("tokens_refused").number(), 0);
}

}  // namespace
}  // namespace assay::workload
