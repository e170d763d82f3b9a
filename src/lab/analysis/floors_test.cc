// SPDX-License-Identifier: MIT
#include "lab/analysis/floors.h"

#include <gmock/gmock.h>

#include "lab/analysis/analyse.h"
#include "lab/analysis/planted_records.h"

namespace assay::analysis {
namespace {

using ::testing::HasSubstr;

RatioFinding floor_ratio(Value ratio) {
  RatioFinding finding;
  finding.kind = sweep::TrialKind::kFloor;
  finding.trial_id = "floor:k=1";
  finding.base = "a";
  finding.ratio = std::move(ratio);
  return finding;
}

CellFinding cell_in(const std::string& trial, const std::string& cell_class) {
  CellFinding cell;
  cell.trial_id = trial;
  cell.arm = "a";
  cell.cell_class = cell_class;
  return cell;
}

TEST(ClassOfCell, IsWorkloadAndDecade) {
  EXPECT_EQ(class_of_cell("gemm", 0.2), "gemm, 1 ns to 10 ns") << "nothing is shorter";
  EXPECT_EQ(class_of_cell("gemm", 9.99), "gemm, 1 ns to 10 ns");
  EXPECT_EQ(class_of_cell("gemm", 10), "gemm, 10 ns to 100 ns");
  EXPECT_EQ(class_of_cell("gemm", 999.9), "gemm, 100 ns to 1 us");
  EXPECT_EQ(class_of_cell("sdpa", 1e6), "sdpa, 1 ms to 10 ms");
  EXPECT_EQ(class_of_cell("sdpa", 4.2e9), "sdpa, 1 s to 10 s");
  EXPECT_EQ(class_of_cell("sdpa", 4.2e12), "sdpa, 1000 s to 10000 s");
}

TEST(Floors, TheLargerBoundIsWhatCanBeDetected) {
  const std::vector<Floor> floors =
      floors_of({cell_in("floor:k=1", "x")},
                {floor_ratio(Value::measured(1.0, Interval{0.98, 1.01})),
                 floor_ratio(Value::measured(1.01, Interval{1.0, 1.03})), RatioFinding()},
                {});
  ASSERT_EQ(floors.size(), 2U) << "a cell's ratio is no floor";
  EXPECT_EQ(floors[0].cell_class, "x");
  EXPECT_EQ(floors[0].trial_id, "floor:k=1");
  EXPECT_DOUBLE_EQ(floors[0].detectable, 1 / 0.98 - 1);
  EXPECT_DOUBLE_EQ(floors[1].detectable, 1.03 - 1);
  EXPECT_EQ(detectable_of(floors), floors[1].detectable);
}

TEST(Floors, WithoutAnIntervalThereIsNone) {
  const std::vector<Floor> floors =
      floors_of({}, {floor_ratio(Value::of(State::kUndecided, 1.0, "one process"))}, {});
  EXPECT_EQ(floors.size(), 1U);
  EXPECT_EQ(detectable_of(floors), std::nullopt);
  EXPECT_EQ(detectable_of({}), std::nullopt);
  EXPECT_FALSE(resolution_of(floors, "x"));
}

TEST(Floors, EarlierOnesAreTakenOverForTheClassesOfTheseCells) {
  const std::vector<Floor> floors = floors_of({cell_in("k=1", "x"), cell_in("k=2", "y")}, {},
                                              {{"x", 0.02, "run_1"}, {"z", 0.5, "run_2"}});
  ASSERT_EQ(floors.size(), 1U);
  EXPECT_EQ(floors[0].run_id, "run_1");
  EXPECT_EQ(floors[0].ratio.state(), State::kImported);
  EXPECT_THAT(floors[0].ratio.reason(), HasSubstr("run_1"));
  EXPECT_EQ(detectable_of(floors), 0.02);
}

TEST(ResolutionOf, IsOfTheClassOrTheLargestOfAll) {
  const std::vector<Floor> floors =
      floors_of({cell_in("k=1", "x"), cell_in("k=2", "y")}, {},
                {{"x", 0.02, "r"}, {"x", 0.03, "r"}, {"y", 0.01, "r"}});
  EXPECT_EQ(resolution_of(floors, "x")->detectable, 0.03) << "the larger of its class";
  EXPECT_EQ(resolution_of(floors, "y")->detectable, 0.01);
  EXPECT_EQ(resolution_of(floors, "z")->detectable, 0.03) << "none is of its class";
  EXPECT_EQ(resolution_of(floors, "z")->floor_class, "x");
}

/// An experiment with a claim of 5 % on calls of 1 ms, and what an earlier run knew.
ClaimFinding claim_with(const std::vector<store::KnownFloor>& known) {
  Planting planting;
  planting.time = [](const sweep::Trial&, const sweep::TrialArm& arm) {
    return arm.name == "fast" ? 1.6e6 : 2e6;
  };
  spec::Spec spec = planted_spec(1, 6);
  spec::Claim claim;
  claim.id = "c";
  claim.metric = "time";
  claim.base = "slow";
  claim.other = "fast";
  claim.limit = 0.95;
  spec.claims = {claim};
  AnalysisOptions options;
  options.known_floors = known;
  return analyse(spec, planted_records(spec, planting), options).claims.at(0);
}

TEST(Claims, AreHeldAgainstTheFloorOfTheirClass) {
  EXPECT_EQ(claim_with({}).verdict, Verdict::kSupported);
  EXPECT_EQ(claim_with({{"planted, 10 us to 100 us", 0.2, "r"}}).verdict, Verdict::kSupported)
      << "the floor of another class";
  const ClaimFinding refused = claim_with({{"planted, 1 ms to 10 ms", 0.2, "r"}});
  EXPECT_EQ(refused.verdict, Verdict::kUndecided) << "the larger of its own and the known one";
  EXPECT_THAT(refused.because, HasSubstr("floor is 20 % (planted, 1 ms to 10 ms)"));
}

}  // namespace
}  // namespace assay::analysis
