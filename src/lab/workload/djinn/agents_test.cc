// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/agents.h"

#include <gmock/gmock.h>

#include <map>

#include "lab/workload/arm_under_test.h"
#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

using spec::Factors;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Small enough for the reference kernels; an SLO that no machine misses.
Factors small(const std::string& policy, const Factors& more = {}) {
  return overlay({{"policy", policy},
                  {"time_scale", 0.001},
                  {"window_s", 80.0},
                  {"wake_ms", 1e5},
                  {"request_ms", 1e5},
                  {"context", std::int64_t{48}},
                  {"answered", std::int64_t{2}},
                  {"depth", std::int64_t{1}},
                  {"width", std::int64_t{64}},
                  {"states_kb", std::int64_t{128}},
                  {"arena_kb", std::int64_t{32}},
                  {"text_mb", std::int64_t{8}},
                  {"host_mb", std::int64_t{1}},
                  {"agents_max", std::int64_t{6}}},
                 more);
}

WorkloadUnderTest agents() {
  return WorkloadUnderTest(agents_workload(stand_in_devices(), ""));
}

std::map<std::string, Value> metrics_of(const PreparedArm& arm) {
  const auto metrics = arm.metrics(100);
  return {metrics.begin(), metrics.end()};
}

TEST(Agents, EverythingThatIsAskedIsObserved) {
  for (const char* const policy : {"lazy", "proactive", "reactive", "lru", "none"})
    EXPECT_THAT(agents().not_applied(small(policy)), IsEmpty()) << policy;
  EXPECT_THAT(agents().not_applied(small("reactive", {{"idle_after_ms", 3'000.0},
                                                      {"estimates", std::string("noisy")},
                                                      {"think", std::string("trace")},
                                                      {"arena_kb", std::int64_t{0}}})),
              IsEmpty());
}

TEST(Agents, WithoutSwapAsManyHoldAsFitTheDevice) {
  auto workload = agents();
  const auto arm = workload.arm(small("none"));
  ASSERT_NE(arm, nullptr);
  ASSERT_TRUE(arm->run(1));
  const auto metrics = metrics_of(*arm);
  EXPECT_EQ(metrics.at("agents").number(), 4);
  EXPECT_EQ(metrics.at("slo_kept").number(), 1);
  EXPECT_EQ(metrics.at("restores_per_answer").number(), 0);
  // Of a slow build the cores are the bound before the device is.
  const bool is_full = *arm->mechanism().text("bound_by") == "device";
  EXPECT_EQ(metrics.at("bound").number() == 4, is_full);
  EXPECT_LE(metrics.at("bound").number(), 4);
  const auto verdict = arm->verify();
  ASSERT_TRUE(verdict) << verdict.error().to_string();
  EXPECT_TRUE(verdict->correct);
  EXPECT_THAT(*arm->mechanism().text("search"), HasSubstr("4+"));
}

TEST(Agents, WithSwapMoreHoldAndTheEndOfTheSearchSaysSo) {
  auto workload = agents();
  const auto arm = workload.arm(small("lazy"));
  ASSERT_NE(arm, nullptr);
  ASSERT_TRUE(arm->run(2));
  const auto metrics = metrics_of(*arm);
  EXPECT_EQ(metrics.at("agents").number(), 6);
  EXPECT_GT(metrics.at("to_host_per_answer").number(), 0);
  EXPECT_EQ(arm->mechanism().find("search_ended")->index(), codec::Scalar(true).index());
  EXPECT_EQ(codec::to_text(*arm->mechanism().find("search_ended")), "true");
  const auto verdict = arm->verify();
  ASSERT_TRUE(verdict && verdict->correct);
  EXPECT_THAT(verdict->method, HasSubstr("against the engine in this process"));
}

TEST(Agents, AnSloThatNobodyKeepsIsADensityOfNought) {
  auto workload = agents();
  const auto arm = workload.arm(small("none", {{"wake_ms", 0.0}}));
  ASSERT_NE(arm, nullptr);
  ASSERT_TRUE(arm->run(1));
  EXPECT_EQ(metrics_of(*arm).at("agents").number(), 0);
  EXPECT_FALSE(metrics_of(*arm).at("wake_p50").has_number());
}

TEST(Agents, WhatDoesNotGoTogetherIsRefusedBeforeAnythingRuns) {
  const auto definition = agents_workload(stand_in_devices(), "");
  auto workload = agents();
  EXPECT_FALSE(
      definition.entry.check(workload.asked(small("lazy", {{"host_mb", std::int64_t{0}}}))));
  EXPECT_TRUE(
      definition.entry.check(workload.asked(small("none", {{"host_mb", std::int64_t{0}}}))));
}

}  // namespace
}  // namespace assay::workload
