// SPDX-License-Identifier: MIT
#include "cli/registration.h"

#include <gmock/gmock.h>

namespace assay::cli {
namespace {

TEST(MakeRegistries, EveryWorkloadExplainsItselfAndItsParameters) {
  const Result<Registries> registries = make_registries();
  ASSERT_TRUE(registries) << registries.error().to_string();
  EXPECT_GE(registries->vocabulary.workloads.size(), 7U);
  for (const spec::WorkloadEntry& workload : registries->vocabulary.workloads) {
    SCOPED_TRACE(workload.name);
    EXPECT_FALSE(workload.about.empty());
    for (const spec::Parameter& parameter : workload.parameters) {
      EXPECT_GT(parameter.about.size(), 5U) << parameter.name;
      const bool is_choice = parameter.type == spec::ParameterType::kChoice;
      EXPECT_EQ(is_choice, !parameter.choices.empty()) << parameter.name;
    }
    EXPECT_TRUE(registries->workloads.find(workload.name));
  }
}

TEST(MakeRegistries, TheVocabularyHasFiguresTablesAndMetrics) {
  const Result<Registries> registries = make_registries();
  ASSERT_TRUE(registries);
  EXPECT_THAT(registries->vocabulary.figures, ::testing::Contains("line"));
  EXPECT_THAT(registries->vocabulary.tables, ::testing::Contains("ratios"));
  EXPECT_THAT(registries->vocabulary.metrics, ::testing::Contains("time_per_work"));
}

}  // namespace
}  // namespace assay::cli
