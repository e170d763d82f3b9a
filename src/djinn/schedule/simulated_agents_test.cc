// SPDX-License-Identifier: MIT
#include "djinn/schedule/simulated_agents.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "djinn/schedule/density.h"

namespace assay::djinn {
namespace {

constexpr std::array kQualities{EstimateQuality::kExact, EstimateQuality::kNoisy,
                                EstimateQuality::kMissing, EstimateQuality::kWild};

SimulatedOutcome outcome_of(const SimulatedPopulation& population, const SimulatedServer& server) {
  auto outcome = simulate_agents(population, server);
  EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
  return outcome ? std::move(*outcome) : SimulatedOutcome();
}

/// Nothing lost, budgets kept, everybody served: the simulation itself refuses anything else.
TEST(SimulatedAgents, EverybodyIsServedUnderEveryPolicyAndEveryLie) {
  std::int64_t schedules = 0;
  std::int64_t restored = 0;
  for (const std::string& policy : idle_policy_names()) {
    for (const EstimateQuality quality : kQualities) {
      for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const SimulatedPopulation population{.agents = 2 + static_cast<std::int64_t>(seed % 11),
                                             .cycles = 4,
                                             .estimates = quality,
                                             .seed = seed};
        const SimulatedServer server{
            .device = Bytes(60'000 + 20'000 * (static_cast<std::int64_t>(seed) % 5)),
            .host = Bytes(seed % 3 == 0 ? 150'000 : 1'000'000),
            .slots = 1 + static_cast<std::int64_t>(seed % 3),
            .policy = policy};
        const SimulatedOutcome outcome = outcome_of(population, server);
        ASSERT_EQ(outcome.cycles_done, population.agents * population.cycles)
            << policy << " seed " << seed;
        ASSERT_LE(std::ranges::max(outcome.wakes), 60s) << "nobody starves";
        restored += outcome.to_device.count();
        ASSERT_TRUE(policy != "none" || outcome.to_host == Bytes(0)) << "it never swaps";
        ++schedules;
      }
    }
  }
  EXPECT_EQ(schedules, 2'400);
  EXPECT_GT(restored, 10'000'000) << "states came and went";
}

TEST(SimulatedAgents, RepeatWithTheSameSeed) {
  const SimulatedOutcome first = outcome_of({.agents = 9, .seed = 5}, {});
  const SimulatedOutcome second = outcome_of({.agents = 9, .seed = 5}, {});
  EXPECT_EQ(first.wakes, second.wakes);
  EXPECT_EQ(first.end, second.end);
  EXPECT_NE(outcome_of({.agents = 9, .seed = 6}, {}).wakes, first.wakes);
}

TEST(SimulatedAgents, WithoutSwapAdmissionHoldsTheRestOutside) {
  const SimulatedServer none{.policy = "none"};
  const SimulatedServer lazy{.policy = "lazy"};
  const SimulatedPopulation population{.agents = 20};
  EXPECT_EQ(outcome_of(population, none).open_max, 4) << "200,000 / 50,000";
  EXPECT_EQ(outcome_of(population, lazy).open_max, 20);
  const DensityBound bound = density_bound({.device = none.device,
                                            .host = Bytes(0),
                                            .session = Bytes(50'000),
                                            .active = Seconds(0.2),
                                            .idle = Seconds(15),
                                            .batch = 2});
  EXPECT_EQ(bound.agents, 4);
}

TEST(SimulatedAgents, LazySwapsLessThanProactiveWhereGapsAreShort) {
  std::int64_t lazy_bytes = 0, proactive_bytes = 0, oracle_bytes = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const SimulatedPopulation population{.agents = 8, .cycles = 10, .seed = seed};
    lazy_bytes += outcome_of(population, {.policy = "lazy"}).to_device.count();
    proactive_bytes += outcome_of(population, {.policy = "proactive"}).to_device.count();
    oracle_bytes += outcome_of(population, {.policy = "oracle"}).to_device.count();
  }
  EXPECT_LT(lazy_bytes * 2, proactive_bytes) << "most gaps are over before a copy pays";
  EXPECT_GT(oracle_bytes, 0) << "the device is too small for all";
}

TEST(SimulatedAgents, RefusesWhatIsNoPopulation) {
  EXPECT_FALSE(simulate_agents({.agents = 0}, {}).has_value());
  EXPECT_FALSE(simulate_agents({}, {.to_host_rate = 0}).has_value());
  EXPECT_THAT(simulate_agents({}, {.policy = "best"}).error().message(),
              testing::HasSubstr("unknown idle policy: best"));
  EXPECT_THAT(simulate_agents({}, {.device = Bytes(10)}).error().message(),
              testing::HasSubstr("rejected: too large"));
}

}  // namespace
}  // namespace assay::djinn
