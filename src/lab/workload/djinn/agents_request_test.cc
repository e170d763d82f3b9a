// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/agents_request.h"

#include <gmock/gmock.h>

#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

AgentsRequest request_with(const spec::Factors& settings) {
  spec::Factors factors;
  for (const spec::Parameter& parameter : agents_parameters(stand_in_devices()))
    factors.set(parameter.name, *parameter.fallback);
  factors = overlay(factors, settings);
  EXPECT_TRUE(check_agents_factors(factors));
  auto request = read_agents_request(factors);
  EXPECT_TRUE(request) << request.error().to_string();
  return *std::move(request);
}

TEST(AgentsRequest, TimesOfTheStudyAreScaledTogetherAndTheSloIsNot) {
  const AgentsRequest request = request_with({{"time_scale", 0.02}});
  EXPECT_EQ(request.server.idle_after, 20ms);
  EXPECT_EQ(request.server.margin, 2ms);
  EXPECT_EQ(request.population.window, 1'200ms);
  EXPECT_EQ(request.slo.wake_max, 500ms);
  EXPECT_EQ(request.slo.request_max, 3s);
}

TEST(AgentsRequest, RefusesAContextWithoutATurn) {
  spec::Factors factors;
  for (const spec::Parameter& parameter : agents_parameters(stand_in_devices()))
    factors.set(parameter.name, *parameter.fallback);
  factors.set("context", std::int64_t{16});
  factors.set("answered", std::int64_t{5});
  const auto checked = check_agents_factors(factors);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message(), ::testing::HasSubstr("no room for a turn"));
}

/// By hand: 4 MiB of states, sessions of 1 MiB that are 3/4 full, waits of 15 s, a second of
/// timeout and a turn of half a second.
TEST(BoundOf, IsThatOfFirstPrinciples) {
  const AgentCost cost{.session = Bytes(768 << 10), .reserved = Bytes(1 << 20), .active = 500ms};
  const auto bound = [&](const char* policy) {
    return bound_of(
        request_with({{"policy", std::string(policy)}, {"host_mb", std::int64_t{1'024}}}), cost);
  };
  EXPECT_EQ(bound("none").agents, 4) << "whole reservations, and nobody ever leaves";
  EXPECT_EQ(bound("none").limit, djinn::DensityLimit::kDevice);
  EXPECT_EQ(bound("reactive").agents, 31) << "15.5 s over half a second: compute";
  EXPECT_EQ(bound("reactive").by_device, 51) << "5 places, each for 15.5 s over 1.5 s";
  EXPECT_EQ(bound("lazy").by_device, 155) << "5 places, each for 15.5 s over 0.5 s";
  EXPECT_EQ(bound("lazy").agents, bound("proactive").agents);
  EXPECT_EQ(bound("lazy").limit, djinn::DensityLimit::kCompute);
}

TEST(BoundOf, ATimeoutBeyondTheWaitHoldsAStateNoLongerThanTheWait) {
  const AgentCost cost{.session = Bytes(1 << 20), .reserved = Bytes(1 << 20), .active = 1ms};
  const AgentsRequest request =
      request_with({{"policy", std::string("reactive")}, {"idle_after_ms", 100'000.0}});
  EXPECT_EQ(bound_of(request, cost).by_device, 4);
}

}  // namespace
}  // namespace assay::workload
