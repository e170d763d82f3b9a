// SPDX-License-Identifier: MIT
#include "lab/analysis/planted_records.h"

#include <gmock/gmock.h>

namespace assay::analysis {
namespace {

TEST(PlantedRecords, HoldEveryTrialOfEveryProcessAndRepeat) {
  Planting planting;
  planting.processes = 4;
  planting.samples = 7;
  planting.time = [](const sweep::Trial&, const sweep::TrialArm&) { return 1000.0; };
  const spec::Spec spec = planted_spec(1, 3);
  const std::vector<store::Record> records = planted_records(spec, planting);
  ASSERT_EQ(records.size(), 16U);  // Three points and a floor.
  const std::vector<store::Record> again = planted_records(spec, planting);
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(records[i].arms.size(), 2U);
    for (std::size_t arm = 0; arm < 2; ++arm) {
      const measure::ArmSeries& series = records[i].arms[arm].series;
      EXPECT_EQ(series.samples.size(), 7U);
      EXPECT_EQ(series.doubts.size(), 7U);
      EXPECT_EQ(series.samples, again[i].arms[arm].series.samples);
      EXPECT_NEAR(static_cast<double>(series.samples[3].count()), 4000, 400);  // Four calls.
    }
  }
}

}  // namespace
}  // namespace assay::analysis
