// SPDX-License-Identifier: MIT
#include "djinn/schedule/batching.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "core/random.h"

namespace assay::djinn {
namespace {

BatchCandidate decode(std::uint32_t index, std::int64_t since, std::int64_t rows = 1) {
  return {.session = {.index = index, .generation = 1}, .rows = rows, .since = Nanoseconds(since)};
}
BatchCandidate prefill(std::uint32_t index, std::int64_t since, std::int64_t tokens) {
  BatchCandidate candidate = decode(index, since);
  candidate.tokens = tokens;
  return candidate;
}
std::vector<std::uint32_t> sessions_of(const BatchStep& step) {
  std::vector<std::uint32_t> indexes;
  for (const BatchEntry& entry : step.entries)
    indexes.push_back(entry.session.index);
  return indexes;
}

TEST(Batching, NothingWaitsNothingRuns) {
  const BatchStep step = next_step(Nanoseconds(5), {}, 3, {});
  EXPECT_TRUE(step.entries.empty());
  EXPECT_EQ(step.wait_until, std::nullopt);
}

TEST(Batching, DecodesGoTogetherTheLongestWaitingFirst) {
  const std::vector<BatchCandidate> waiting{decode(1, 30), decode(2, 10), decode(3, 20)};
  const BatchStep step = next_step(Nanoseconds(40), waiting, 0, {.rows_max = 2});
  EXPECT_THAT(sessions_of(step), testing::ElementsAre(2, 3));
  EXPECT_EQ(step.rows, 2);
  EXPECT_EQ(step.sequence, 1);
}

TEST(Batching, ModelsNeverMeet) {
  std::vector<BatchCandidate> waiting{decode(1, 10), decode(2, 5), decode(3, 20)};
  waiting[1].model = 9;
  const BatchStep step = next_step(Nanoseconds(40), waiting, 0, {});
  EXPECT_EQ(step.model, 9U) << "that of the longest waiting";
  EXPECT_THAT(sessions_of(step), testing::ElementsAre(2));
}

TEST(Batching, APrefillNeitherStretchesDecodesNorStarvesBehindThem) {
  const BatchOptions options{.prefill_tokens_max = 64, .prefill_wait = Nanoseconds(1'000)};
  const std::vector<BatchCandidate> waiting{prefill(1, 100, 200), decode(2, 500), decode(3, 600)};
  EXPECT_THAT(sessions_of(next_step(Nanoseconds(700), waiting, 0, options)),
              testing::ElementsAre(2, 3));
  const BatchStep due = next_step(Nanoseconds(1'100), waiting, 0, options);
  EXPECT_THAT(due.entries, testing::ElementsAre(BatchEntry{
                               .session = {.index = 1, .generation = 1}, .row = 0, .tokens = 64}));
  EXPECT_EQ(due.sequence, 64);
}

TEST(Batching, WaitsForOthersOnlyIfSomeMayCome) {
  const BatchOptions options{.rows_max = 2, .join_wait = Nanoseconds(50)};
  const std::vector<BatchCandidate> one{decode(1, 100)};
  EXPECT_EQ(next_step(Nanoseconds(120), one, 1, options).wait_until, Nanoseconds(150));
  EXPECT_THAT(sessions_of(next_step(Nanoseconds(120), one, 0, options)), testing::ElementsAre(1));
  EXPECT_THAT(sessions_of(next_step(Nanoseconds(150), one, 1, options)), testing::ElementsAre(1));
  const std::vector<BatchCandidate> full{decode(1, 100), decode(2, 110)};
  EXPECT_EQ(next_step(Nanoseconds(120), full, 1, options).wait_until, std::nullopt);
}

TEST(Batching, SessionsStayInTheirRowsWhereTheyCan) {
  std::vector<BatchCandidate> waiting{decode(1, 1, 2), decode(2, 2), decode(3, 3)};
  waiting[0].row_last = 1;
  waiting[2].row_last = 0;
  BatchStep step = next_step(Nanoseconds(9), waiting, 0, {});
  EXPECT_EQ(step.entries[0].row, 1);
  EXPECT_EQ(step.entries[1].row, 3);
  EXPECT_EQ(step.entries[2].row, 0);
  waiting.pop_back();  // Its row would stay empty and be calculated all the same.
  step = next_step(Nanoseconds(9), waiting, 0, {});
  EXPECT_EQ(step.rows, 3);
}

TEST(Batching, EveryStepIsSoundAndNobodyWaitsForEver) {
  Random random(17);
  const BatchOptions options{
      .rows_max = 6, .prefill_tokens_max = 16, .prefill_wait = Nanoseconds(40)};
  std::map<SessionId, BatchCandidate> waiting;
  std::uint32_t sessions = 0;
  Nanoseconds wait_max{0};
  for (std::int64_t now = 1; now < 20'000; ++now) {
    if (random.below(10) < 4) {
      BatchCandidate candidate =
          decode(++sessions, now, static_cast<std::int64_t>(random.below(3)) + 1);
      candidate.tokens = random.coin() ? 1 : static_cast<std::int64_t>(random.below(40)) + 1;
      candidate.model = random.below(2);
      candidate.row_last = static_cast<std::int64_t>(random.below(6));
      waiting[candidate.session] = candidate;
    }
    std::vector<BatchCandidate> candidates;
    for (const auto& [id, candidate] : waiting)
      candidates.push_back(candidate);
    const BatchStep step = next_step(Nanoseconds(now), candidates, 0, options);
    ASSERT_EQ(step.entries.empty(), candidates.empty());
    std::set<std::int64_t> rows;
    for (const BatchEntry& entry : step.entries) {
      BatchCandidate& candidate = waiting.at(entry.session);
      ASSERT_EQ(candidate.model, step.model);
      ASSERT_LE(entry.tokens, std::min(candidate.tokens, options.prefill_tokens_max));
      ASSERT_LE(entry.tokens, step.sequence);
      ASSERT_EQ(candidate.tokens == 1, step.sequence == 1) << "kinds never mix";
      for (std::int64_t row = entry.row; row < entry.row + candidate.rows; ++row) {
        ASSERT_TRUE(rows.insert(row).second) << "a row belongs to one";
        ASSERT_LT(row, options.rows_max);
      }
      wait_max = std::max(wait_max, Nanoseconds(now) - candidate.since);
      candidate.tokens -= entry.tokens;
      candidate.since = Nanoseconds(now);
      if (candidate.tokens == 0) waiting.erase(entry.session);
    }
    ASSERT_EQ(std::ssize(rows), step.rows) << "no row is calculated for nobody";
  }
  EXPECT_LT(wait_max, Nanoseconds(400));
}

}  // namespace
}  // namespace assay::djinn
