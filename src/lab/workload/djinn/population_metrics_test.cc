// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/population_metrics.h"

#include <gtest/gtest.h>

#include <map>

namespace assay::workload {
namespace {

PopulationWindow window_of(std::int64_t turns, Nanoseconds request, bool keeps) {
  PopulationWindow window{.outcome = {.agents = 4, .opened = 4, .compared = turns + 4, .took = 1s},
                          .swapped = {.to_host = 100, .to_device = 2'000, .restores = turns},
                          .keeps = keeps};
  for (std::int64_t i = 0; i < turns; ++i)
    window.outcome.turns.push_back({.request = request + Nanoseconds(i), .active = 1ms});
  return window;
}

std::map<std::string, Value> metrics_of(std::int64_t agents,
                                        const std::deque<PopulationWindow>& windows,
                                        std::int64_t calls) {
  const djinn::DensityBound bound{.agents = 8};
  const auto metrics = population_metrics(agents, bound, windows, calls);
  return {metrics.begin(), metrics.end()};
}

TEST(PopulationMetrics, AreThoseThatAreDeclared) {
  const auto entries = population_metric_entries();
  const auto metrics = population_metrics(4, {.agents = 8}, {window_of(3, 5ms, true)}, 1);
  ASSERT_EQ(metrics.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    EXPECT_EQ(metrics[i].first, entries[i].name);
}

TEST(PopulationMetrics, AreOfTheLastWindowsOnly) {
  const auto metrics = metrics_of(
      4, {window_of(500, 500ms, false), window_of(150, 5ms, true), window_of(150, 5ms, true)}, 2);
  EXPECT_EQ(metrics.at("agents").number(), 4);
  EXPECT_EQ(metrics.at("of_bound").number(), 0.5);
  EXPECT_EQ(metrics.at("slo_kept").number(), 1);
  EXPECT_NEAR(metrics.at("wake_p50").number(), 4e6, 1e3);
  EXPECT_NEAR(metrics.at("request_p99").number(), 5e6, 1e3);
  EXPECT_NEAR(metrics.at("compute_busy").number(), 0.15, 1e-9);
  EXPECT_NEAR(metrics.at("restores_per_answer").number(), 300.0 / 308, 1e-9);
  EXPECT_NEAR(metrics.at("to_device_per_answer").number(), 4'000.0 / 308, 1e-9);
}

TEST(PopulationMetrics, APercentileNeedsItsRequests) {
  const auto metrics = metrics_of(4, {window_of(298, 5ms, true)}, 1);
  EXPECT_TRUE(metrics.at("wake_p50").has_number());
  EXPECT_FALSE(metrics.at("wake_p99").has_number());
  EXPECT_EQ(metrics.at("wake_p99").reason(), "298 requests, p99 needs 299");
  EXPECT_TRUE(metrics_of(4, {window_of(299, 5ms, true)}, 1).at("wake_p99").has_number());
}

TEST(PopulationMetrics, NobodyWithinTheSloIsAMeasuredNoughtAndNothingElse) {
  const auto metrics = metrics_of(0, {}, 3);
  EXPECT_EQ(metrics.at("agents").number(), 0);
  for (const char* const name : {"slo_kept", "wake_p50", "compute_busy", "restores_per_answer"})
    EXPECT_FALSE(metrics.at(name).has_number()) << name;
}

}  // namespace
}  // namespace assay::workload
