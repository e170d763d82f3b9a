// SPDX-License-Identifier: MIT
// Planted truth: the machine is known, so every sentence of the judgement can be held against it.
#include "oracle/calibrate/judgement.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <string>

#include "oracle/calibrate/invented_sweep.h"

namespace assay::calibrate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr CurrentFactor kCurrent{};

const std::vector<Planted>& a_machine() {
  static const std::vector<Planted> planted{
      {"call", 2},         {"step", 0.6},           {"product_share", 0.9}, {"rows_half", 1.5},
      {"vector_share", 2}, {"bandwidth_DRAM", 0.6}, {"bandwidth_L2", 1.4}};
  return planted;
}

Judgement judge_or_die(std::vector<Point> points, const MachinePrior& machine) {
  auto judgement = judge(std::move(points), std::make_shared<const CpuModel>(machine), kCurrent);
  EXPECT_TRUE(judgement) << judgement.error().to_string();
  return *std::move(judgement);
}

TEST(Judgement, APlantedMachineIsRecoveredWithinItsIntervals) {
  const CpuModel truth(invented_machine());
  const std::vector<double> values = planted_values(truth, a_machine());
  int covered = 0;
  int fitted = 0;
  std::map<std::string, int> missed;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const std::vector<Point> points = invented_sweep(truth, values, 0.05, seed);
    const Fit found =
        fit(truth.coefficients(), data_of(points), [&](std::size_t i, std::span<const double> at) {
          return truth.predict(points[i].work, at);
        });
    for (std::size_t i = 0; i < values.size(); ++i) {
      const FittedCoefficient& one = found.coefficients[i];
      if (one.standing != Standing::kFitted) continue;
      ++fitted;
      const bool is_covered = one.interval.low <= values[i] && values[i] <= one.interval.high;
      covered += is_covered ? 1 : 0;
      if (!is_covered) ++missed[one.about.name];
    }
  }
  EXPECT_GE(fitted, 25 * 7) << "most of the machine shows in such a sweep";
  EXPECT_GE(covered, 0.83 * fitted)
      << covered << " of " << fitted << "; missed " << ::testing::PrintToString(missed);
}

TEST(Judgement, CallsAPlantedMachineCalibrated) {
  const CpuModel truth(invented_machine());
  const Judgement judgement = judge_or_die(
      invented_sweep(truth, planted_values(truth, a_machine()), 0.04, 3), invented_machine());
  EXPECT_TRUE(judgement.is_calibrated) << judgement.verdict;
  EXPECT_THAT(judgement.verdict, StartsWith("calibrated for mlp, gemm, conv, resnet, vit"));
  EXPECT_THAT(judgement.contradictions, IsEmpty());
  EXPECT_LT(judgement.best_held_out().mape, 0.15);
  ASSERT_EQ(judgement.methods.size(), 5U);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_GT(judgement.methods[i].by_family->mape, judgement.methods[0].by_family->mape);
  }
}

TEST(Judgement, AWrongPeakIsReportedAndNotAbsorbed) {
  const CpuModel truth(invented_machine(150e9));
  const std::vector<Point> points =
      invented_sweep(truth, planted_values(truth, a_machine()), 0.04, 5);
  const Judgement low = judge_or_die(points, invented_machine(60e9));
  EXPECT_FALSE(low.is_calibrated);
  EXPECT_THAT(low.verdict, HasSubstr("the peak of 60 GFLOP/s (planted) cannot be right"));
  const Judgement high = judge_or_die(points, invented_machine(450e9));
  EXPECT_FALSE(high.is_calibrated);
  EXPECT_THAT(high.verdict, HasSubstr("the peak is too high"));
  EXPECT_THAT(high.verdict, HasSubstr("450 GFLOP/s"));
}

TEST(Judgement, TimesThatFollowNoModelAreNotCalibrated) {
  std::vector<Point> points = invented_works();
  Random random(9);
  for (Point& point : points)
    point.time_ns = 1e6 * std::exp(0.05 * random.normal());
  const Judgement judgement = judge_or_die(points, invented_machine());
  EXPECT_FALSE(judgement.is_calibrated);
  EXPECT_THAT(judgement.verdict, StartsWith("not calibrated"));
  EXPECT_THAT(judgement.verdict, Not(StartsWith("calibrated")));
}

TEST(Judgement, OneFamilyIsSaidToBeOne) {
  const CpuModel truth(invented_machine());
  std::vector<Point> points = invented_sweep(truth, planted_values(truth, a_machine()), 0.02, 7);
  std::erase_if(points, [](const Point& point) { return point.family != "mlp"; });
  const Judgement judgement = judge_or_die(points, invented_machine());
  EXPECT_FALSE(judgement.methods[0].by_family.has_value());
  EXPECT_THAT(judgement.verdict, Not(HasSubstr("gemm")));
  if (judgement.is_calibrated) {
    EXPECT_THAT(judgement.reservations, ::testing::Contains(HasSubstr("one family")));
  }
}

TEST(Judgement, TooFewPointsAreTheUsersMistake) {
  std::vector<Point> points = invented_works();
  points.resize(3);
  for (Point& point : points)
    point.time_ns = 1;
  const auto judgement =
      judge(points, std::make_shared<const CpuModel>(invented_machine()), kCurrent);
  ASSERT_FALSE(judgement);
  EXPECT_THAT(judgement.error().to_string(), HasSubstr("3 points; expected 4 or more"));
}

TEST(Judgement, BandsAreTheSeeds) {
  EXPECT_EQ(band_of(0.099), Band::kExcellent);
  EXPECT_EQ(band_of(0.10), Band::kGood);
  EXPECT_EQ(band_of(0.15), Band::kNeedsTuning);
  EXPECT_EQ(band_of(0.25), Band::kNeedsTuning);
  EXPECT_EQ(band_of(0.2501), Band::kPoor);
  EXPECT_EQ(to_text(Band::kGood), "good");
  EXPECT_EQ(advice_for(Band::kExcellent), "production ready");
}

TEST(Judgement, TheHashIsOfTheDataInAnyOrder) {
  const CpuModel truth(invented_machine());
  std::vector<Point> points = invented_sweep(truth, planted_values(truth, {}), 0.02, 7);
  const std::string before = data_hash(points);
  std::swap(points[0], points[5]);
  EXPECT_EQ(data_hash(points), before);
  points[0].time_ns *= 1.001;
  EXPECT_NE(data_hash(points), before);
}

}  // namespace
}  // namespace assay::calibrate
