// SPDX-License-Identifier: MIT
#include "oracle/calibrate/drift.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace assay::calibrate {
namespace {

using ::testing::StartsWith;

/// 80 % intervals of times that are off by this, log-normal, and all by `shift`.
std::vector<Predicted> invented(double shift, double noise, std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Predicted> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back({1e6 * shift * std::exp(noise * random.normal()), 1e6, 1.2816 * 0.1});
  return all;
}

TEST(Drift, AMachineThatKeepsItsPromiseHasRarelyDrifted) {
  int alarms = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed)
    alarms += drift_of(invented(1, 0.1, 11, seed)).has_drifted ? 1 : 0;
  EXPECT_LE(alarms, 0.09 * 400) << "one in twenty, and a few of the other test";
}

TEST(Drift, AMachineThatIsAThirdSlowerIsSeen) {
  int alarms = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Drift drift = drift_of(invented(1.33, 0.1, 11, seed));
    alarms += drift.has_drifted ? 1 : 0;
    EXPECT_NEAR(drift.median_ratio, 1.33, 0.2);
  }
  EXPECT_GE(alarms, 95);
}

TEST(Drift, AMachineThatBecameErraticIsSeen) {
  int alarms = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed)
    alarms += drift_of(invented(1, 0.5, 11, seed)).has_drifted ? 1 : 0;
  EXPECT_GE(alarms, 90);
}

TEST(Drift, FewPointsCannotTell) {
  const Drift drift = drift_of(invented(3, 0.01, 4, 1));
  EXPECT_FALSE(drift.has_drifted);
  EXPECT_THAT(drift.sentence, StartsWith("cannot tell: 0 of 4"));
  EXPECT_THAT(drift_of(invented(3, 0.01, 5, 1)).sentence, StartsWith("drifted: 0 of 5"));
  EXPECT_THAT(drift_of(invented(1, 0.01, 5, 1)).sentence, StartsWith("no drift seen: 5 of 5"));
}

}  // namespace
}  // namespace assay::calibrate
