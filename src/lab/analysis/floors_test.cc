// SPDX-License-Identifier: MIT
#include "lab/analysis/floors.h"

#include <gmock/gmock.h>

namespace assay::analysis {
namespace {

RatioFinding floor_ratio(Value ratio) {
  RatioFinding finding;
  finding.kind = sweep::TrialKind::kFloor;
  finding.trial_id = "floor:k=1";
  finding.ratio = std::move(ratio);
  return finding;
}

TEST(Floors, TheLargerBoundIsWhatCanBeDetected) {
  const std::vector<Floor> floors =
      floors_of({floor_ratio(Value::measured(1.0, Interval{0.98, 1.01})),
                 floor_ratio(Value::measured(1.01, Interval{1.0, 1.03})), RatioFinding()});
  ASSERT_EQ(floors.size(), 2U) << "a cell's ratio is no floor";
  EXPECT_DOUBLE_EQ(floors[0].detectable, 1 / 0.98 - 1);
  EXPECT_DOUBLE_EQ(floors[1].detectable, 1.03 - 1);
  EXPECT_EQ(detectable_of(floors), floors[1].detectable);
}

TEST(Floors, WithoutAnIntervalThereIsNone) {
  const std::vector<Floor> floors =
      floors_of({floor_ratio(Value::of(State::kUndecided, 1.0, "one process"))});
  EXPECT_EQ(floors.size(), 1U);
  EXPECT_EQ(detectable_of(floors), std::nullopt);
  EXPECT_EQ(detectable_of({}), std::nullopt);
}

}  // namespace
}  // namespace assay::analysis
