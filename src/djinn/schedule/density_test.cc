// SPDX-License-Identifier: MIT
#include "djinn/schedule/density.h"

#include <gmock/gmock.h>

#include "core/random.h"

namespace assay::djinn {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

/// Llama-2-7B at 1,024 tokens on 62.5 GiB, half a GiB an agent; the seed's think time of 15 s.
DensityAssumptions seed() {
  return {.device = Bytes(62 * kGiB + kGiB / 2),
          .host = Bytes(1'024 * kGiB),
          .session = Bytes(kGiB / 2),
          .active = Seconds(1.0),
          .idle = Seconds(15.0),
          .batch = 1'000};
}

TEST(DensityBound, WithoutSwapIsWhatFits) {
  DensityAssumptions assumptions = seed();
  assumptions.host = Bytes(0);
  const DensityBound bound = density_bound(assumptions);
  EXPECT_EQ(bound.agents, 125);
  EXPECT_EQ(bound.by_device, 125);
}

TEST(DensityBound, RatioOfPoliciesIsThatOfTheirTimesOnTheDevice) {
  // research/djinn.md 6.2h: proactive against reactive(1.0 s + poll) is (S + T) / (S + m) = 1.9 at
  // S = 1 s; not the 1.67 of the seed.
  DensityAssumptions proactive = seed();
  proactive.resident_idle = Seconds(0.1);
  DensityAssumptions reactive = seed();
  reactive.resident_idle = Seconds(1.05);
  const double ratio = static_cast<double>(density_bound(proactive).by_device) /
                       static_cast<double>(density_bound(reactive).by_device);
  EXPECT_NEAR(ratio, 2.05 / 1.1, 0.01);
  EXPECT_EQ(density_bound(proactive).limit, DensityLimit::kDevice);
}

TEST(DensityBound, NamesWhatBinds) {
  DensityAssumptions assumptions = seed();
  assumptions.batch = 8;
  EXPECT_EQ(density_bound(assumptions).agents, 128) << "8 x 16 s / 1 s";
  EXPECT_EQ(density_bound(assumptions).limit, DensityLimit::kCompute);
  assumptions = seed();
  assumptions.host = Bytes(40 * kGiB);
  EXPECT_EQ(density_bound(assumptions).agents, 125) << "the larger of the two sides";
  EXPECT_EQ(density_bound(assumptions).limit, DensityLimit::kHost);
  EXPECT_EQ(to_text(DensityLimit::kCompute), "compute");
}

TEST(DensityBound, MoreOfAnythingIsNeverLess) {
  Random random(6);
  const auto draw = [&] {
    return DensityAssumptions{
        .device = Bytes(static_cast<std::int64_t>(random.below(1 << 30))),
        .host = Bytes(static_cast<std::int64_t>(random.below(1 << 30)) + 1),
        .session = Bytes(static_cast<std::int64_t>(random.below(1 << 24)) + 1),
        .active = Seconds(random.uniform() + 0.001),
        .idle = Seconds(random.uniform() * 20),
        .resident_idle = Seconds(random.uniform()),
        .batch = random.uniform() * 16 + 1};
  };
  for (int round = 0; round < 2'000; ++round) {
    const DensityAssumptions base = draw();
    const std::int64_t agents = density_bound(base).agents;
    EXPECT_LE(agents, density_bound(base).by_host);
    DensityAssumptions better = base;
    better.device = better.device * 2;
    EXPECT_GE(density_bound(better).agents, agents);
    better = base;
    better.host = better.host * 2;
    EXPECT_GE(density_bound(better).agents, agents);
    better = base;
    better.idle = better.idle * 2;
    EXPECT_GE(density_bound(better).agents, agents);
    better = base;
    better.resident_idle = better.resident_idle / 2;
    EXPECT_GE(density_bound(better).agents, agents);
  }
}

}  // namespace
}  // namespace assay::djinn
