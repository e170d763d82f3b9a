// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/loop_trace.h"

#include <gmock/gmock.h>

#include <map>

namespace assay::workload {
namespace {

using ::testing::HasSubstr;

std::map<std::string, Value> by_name(const std::deque<LoopTrace>& loops, std::int64_t calls) {
  const auto metrics = loop_metrics(loops, calls);
  return {metrics.begin(), metrics.end()};
}

LoopTrace loop_of(int tokens, Nanoseconds first_plan, Nanoseconds plan) {
  LoopTrace loop{.tokens = {}, .hits = tokens - 1, .misses = 1, .unit = {}};
  for (int i = 0; i < tokens; ++i) {
    loop.tokens.push_back({.whole = Nanoseconds(1000 + i), .plan = i == 0 ? first_plan : plan});
    loop.unit.add({.execute = 7ns});
  }
  loop.unit.requests = tokens;
  loop.unit.sent = static_cast<std::uint64_t>(tokens) * 100;
  return loop;
}

TEST(LoopMetrics, AreOfAllTokensOfTheLastLoops) {
  const std::deque<LoopTrace> loops{loop_of(5, 1h, 1h), loop_of(100, 1000ns, 10ns),
                                    loop_of(100, 3000ns, 10ns)};
  const auto metrics = by_name(loops, 2);
  EXPECT_DOUBLE_EQ(metrics.at("plan_hit_rate").number(), 0.99);
  EXPECT_DOUBLE_EQ(metrics.at("plan_misses").number(), 1);
  EXPECT_DOUBLE_EQ(metrics.at("dispatch").number(), (4000 + 198 * 10) / 200.0);
  EXPECT_DOUBLE_EQ(metrics.at("dispatch_warm").number(), 10) << "the first of each loop is cold";
  EXPECT_DOUBLE_EQ(metrics.at("token_mean").number(), 1049.5);
  EXPECT_TRUE(metrics.at("token_p95").has_number());
  EXPECT_FALSE(metrics.at("token_p99").has_number());
  EXPECT_THAT(metrics.at("token_p99").reason(), HasSubstr("200 tokens, p99 needs 299"));
  EXPECT_DOUBLE_EQ(metrics.at("wire_token").number(), 100);
  EXPECT_DOUBLE_EQ(metrics.at("stage_execute").number(), 7);
}

TEST(LoopMetrics, AreMissingWhereNothingRan) {
  for (const auto& [name, value] : by_name({}, 2))
    EXPECT_FALSE(value.has_number()) << name;
}

TEST(LoopMetrics, AreThoseThatAreDeclared) {
  const auto metrics = loop_metrics({}, 0);
  const auto entries = loop_metric_entries();
  ASSERT_EQ(metrics.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    EXPECT_EQ(metrics[i].first, entries[i].name);
}

}  // namespace
}  // namespace assay::workload
