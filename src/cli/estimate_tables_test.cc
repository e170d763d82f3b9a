// SPDX-License-Identifier: MIT
#include "cli/estimate_tables.h"

#include <gmock/gmock.h>

#include "engine/models/model_list.h"
#include "oracle/hardware/profile_folder.h"

namespace assay::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// On a profile that is shipped.
EstimatedCase case_of(const std::string& model, const std::string& hardware, std::int64_t batch) {
  auto profile =
      oracle::read_hardware_profile(hardware, std::filesystem::path(ASSAY_ROOT) / "hardware");
  EXPECT_TRUE(profile) << profile.error().to_string();
  const auto estimator = oracle::Estimator::create(*std::move(profile));
  EXPECT_TRUE(estimator);
  const auto graph = models::build_model(model);
  EXPECT_TRUE(graph);
  auto estimate = estimator->estimate(*graph, {{"batch", batch}}, {});
  EXPECT_TRUE(estimate) << estimate.error().to_string();
  return {hardware, batch, *std::move(estimate)};
}

/// Every profile that is shipped can be asked about any model, and gives a range.
TEST(EstimateTables, EveryShippedProfileAnswers) {
  for (const std::string& hardware :
       oracle::hardware_names(std::filesystem::path(ASSAY_ROOT) / "hardware")) {
    const EstimatedCase one = case_of("vit32x6x384", hardware, 1);
    EXPECT_GT(one.estimate.prediction.interval.low, 0) << hardware;
    EXPECT_LT(one.estimate.prediction.interval.low, one.estimate.prediction.interval.high);
    EXPECT_LT(one.estimate.prediction.interval.high, 10) << hardware << " takes seconds";
    const figure::Table table = totals_table({one});
    ASSERT_EQ(table.rows.size(), 1U);
    EXPECT_EQ(table.rows[0].size(), table.columns.size());
  }
}

TEST(EstimateTables, KernelsAndStagesAreTheWholeTime) {
  const EstimatedCase one = case_of("resnet18", "h100_sxm", 1);
  const figure::Table kernels = kernels_table(one.estimate);
  EXPECT_EQ(kernels.rows.size(), one.estimate.view.kernels.size());
  const auto sum_of = [](const figure::Table& table, std::string_view name) {
    std::size_t column = 0;
    while (table.columns[column].name != name)
      ++column;
    double sum = 0;
    for (const auto& row : table.rows)
      sum += std::get<Value>(row[column]).number();
    return sum;
  };
  const figure::Table stages = stages_table(one.estimate);
  EXPECT_NEAR(sum_of(kernels, "time"), sum_of(stages, "time"), 1e-3);
  EXPECT_NEAR(sum_of(kernels, "flops"), one.estimate.view.sum.flops, 1);
}

TEST(CompareMachines, DecidesOnlyWhereRangesDoNotOverlap) {
  std::vector<EstimatedCase> cases{case_of("resnet18", "h100_sxm", 1),
                                   case_of("resnet18", "h100_sxm", 1)};
  cases[0].hardware = "first";
  cases[1].hardware = "second";
  cases[0].estimate.prediction.interval = {1e-3, 2e-3};
  cases[1].estimate.prediction.interval = {3e-3, 4e-3};
  EXPECT_THAT(compare_machines(cases), Contains(HasSubstr("first (1 ms to 2 ms) is faster")));
  std::swap(cases[0].estimate.prediction.interval, cases[1].estimate.prediction.interval);
  EXPECT_THAT(compare_machines(cases), Contains(HasSubstr("second (1 ms to 2 ms) is faster")));
  cases[0].estimate.prediction.interval = {1e-3, 3.5e-3};
  cases[1].estimate.prediction.interval = {3e-3, 4e-3};
  EXPECT_THAT(compare_machines(cases), Contains(HasSubstr("undecided")));
  cases[1].batch = 2;
  EXPECT_TRUE(compare_machines(cases).empty()) << "batches are not compared";
}

}  // namespace
}  // namespace assay::cli
