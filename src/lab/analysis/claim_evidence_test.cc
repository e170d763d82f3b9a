// SPDX-License-Identifier: MIT
#include "lab/analysis/claim_evidence.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/statistics/processes.h"

namespace assay::analysis {
namespace {

ClaimPoint point(std::string id, double center, double spread) {
  ClaimPoint one;
  one.trial_id = std::move(id);
  one.paired.replicates = {0, 1, 2, 3};
  one.paired.logs = {center - spread, center + spread, center - spread / 2, center + spread / 2};
  return one;
}

spec::Claim claim_of(spec::Bound bound, double limit, bool every = true) {
  spec::Claim claim;
  claim.bound = bound;
  claim.limit = limit;
  claim.every = every;
  return claim;
}

TEST(Weigh, AnIntervalClearOfTheBoundIsEvidenceForOneSide) {
  const std::vector<ClaimPoint> points{point("k=1", std::log(0.8), 0.01)};
  const ClaimEvidence below = weigh(claim_of(spec::Bound::kBelow, 0.9), points);
  EXPECT_LT(below.p_support, 0.01);
  EXPECT_EQ(below.p_refute, 1);
  const ClaimEvidence above = weigh(claim_of(spec::Bound::kAbove, 0.9), points);
  EXPECT_EQ(above.p_support, 1);
  EXPECT_LT(above.p_refute, 0.01);
  EXPECT_EQ(below.trial_id, "k=1");
  EXPECT_EQ(below.processes, 4);
  EXPECT_NEAR(below.value.number(), 0.8, 1e-9);
}

TEST(Weigh, SupportAgreesWithTheInterval) {
  for (const double limit : {0.79, 0.801, 0.805, 0.81, 0.82, 0.9}) {
    const std::vector<ClaimPoint> points{point("k=1", std::log(0.8), 0.01)};
    const ClaimEvidence evidence = weigh(claim_of(spec::Bound::kBelow, limit), points);
    const bool is_inside = evidence.value.interval()->high < limit;
    EXPECT_EQ(evidence.p_support <= 0.05, is_inside) << limit;
  }
}

TEST(Weigh, EveryIsDecidedByItsWeakestPoint) {
  const std::vector<ClaimPoint> points{point("k=1", std::log(0.7), 0.01),
                                       point("k=2", std::log(0.89), 0.02),
                                       point("k=3", std::log(0.6), 0.01)};
  const ClaimEvidence every = weigh(claim_of(spec::Bound::kBelow, 0.9), points);
  EXPECT_EQ(every.trial_id, "k=2");
  EXPECT_GT(every.p_support, 0.05);
  ASSERT_TRUE(every.processes_needed);
  EXPECT_GT(*every.processes_needed, 4);
  const ClaimEvidence mean = weigh(claim_of(spec::Bound::kBelow, 0.9, false), points);
  EXPECT_LT(mean.p_support, 0.01);
  EXPECT_NEAR(mean.value.number(), std::cbrt(0.7 * 0.89 * 0.6), 1e-9);
}

TEST(Weigh, AMeanNeedsProcessesThatMeasuredEveryPoint) {
  std::vector<ClaimPoint> points{point("k=1", 0, 0.1), point("k=2", 0, 0.1)};
  points[1].paired.replicates = {4, 5, 6, 7};
  const ClaimEvidence mean = weigh(claim_of(spec::Bound::kBelow, 2, false), points);
  EXPECT_EQ(mean.processes, 0);
  EXPECT_EQ(mean.p_support, 1);
  EXPECT_EQ(mean.value.state(), State::kNotMeasured);
}

TEST(Reversed, LiesBeyondTheBoundAndIsRefuted) {
  for (const auto& [bound, limit] : {std::pair{spec::Bound::kBelow, 0.9},
                                     {spec::Bound::kAbove, 0.7},
                                     {spec::Bound::kWithin, 0.5}}) {
    const spec::Claim claim = claim_of(bound, limit);
    std::vector<ClaimPoint> points;
    for (int i = 0; i < 30; ++i) {
      points.push_back(point("k", std::log(0.8) + 0.001 * i, 0.01));
    }
    EXPECT_LT(weigh(claim, points).p_support, 0.01);
    const ClaimEvidence turned = weigh(claim, reversed(claim, points));
    EXPECT_LT(turned.p_refute, 0.01) << bound_text(claim);
    EXPECT_EQ(turned.p_support, 1);
  }
}

TEST(Reversed, ASameClaimOverPointsOnBothSidesOfOneLosesToo) {
  const std::vector<ClaimPoint> points{
      point("k=101", 0.0007, 0.002), point("k=107", -0.0013, 0.001), point("k=127", 0.0020, 0.001)};
  for (const bool every : {false, true}) {
    const spec::Claim same = claim_of(spec::Bound::kWithin, 0.05, every);
    EXPECT_LT(weigh(same, points).p_support, 0.01);
    EXPECT_LT(weigh(same, reversed(same, points)).p_refute, 0.05) << every;
  }
}

TEST(Margin, IsTheDistanceFromNoDifference) {
  EXPECT_NEAR(margin_of(claim_of(spec::Bound::kBelow, 0.5)), 1, 1e-12);
  EXPECT_NEAR(margin_of(claim_of(spec::Bound::kAbove, 1.05)), 0.05, 1e-12);
  EXPECT_NEAR(margin_of(claim_of(spec::Bound::kWithin, 0.02)), 0.02, 1e-12);
  EXPECT_EQ(bound_text(claim_of(spec::Bound::kBelow, 2.0 / 3)), "< 0.6667");
  EXPECT_EQ(bound_text(claim_of(spec::Bound::kWithin, 0.02)), "within 2 % of 1");
}

}  // namespace
}  // namespace assay::analysis
