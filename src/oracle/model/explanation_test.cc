// SPDX-License-Identifier: MIT
#include "oracle/model/explanation.h"

#include <gmock/gmock.h>

#include "engine/models/model_list.h"
#include "oracle/model/invented_profile.h"

namespace assay::oracle {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Estimate estimate_of(const std::string& model, std::int64_t batch, const HardwareProfile& profile) {
  const auto graph = models::build_model(model);
  EXPECT_TRUE(graph) << graph.error().to_string();
  const auto estimator = Estimator::create(profile);
  EXPECT_TRUE(estimator) << estimator.error().to_string();
  auto estimate = estimator->estimate(*graph, {{"batch", batch}}, {});
  EXPECT_TRUE(estimate) << estimate.error().to_string();
  return *std::move(estimate);
}

TEST(Remedies, NameWhatBoundsTheModel) {
  const auto memory_bound = remedies(estimate_of("mlp4096-4096-4096", 1, invented_cpu()));
  ASSERT_FALSE(memory_bound.empty());
  EXPECT_EQ(memory_bound[0].what, "twice the rate of DRAM");
  EXPECT_NEAR(memory_bound[0].saved, 0.5, 0.05);
  const auto compute_bound = remedies(estimate_of("mlp4096-4096-4096", 512, invented_cpu()));
  ASSERT_FALSE(compute_bound.empty());
  EXPECT_EQ(compute_bound[0].what, "twice the arithmetic");
  const auto start_bound = remedies(estimate_of("mlp8-8-8", 1, invented_cpu()));
  ASSERT_FALSE(start_bound.empty());
  EXPECT_EQ(start_bound[0].what, "kernels that start for nothing");
}

TEST(Explain, SaysWhatTheTimeIsAndWhatItIsWorth) {
  const auto lines = explain(estimate_of("mlp4096-4096-4096", 1, invented_cpu()));
  EXPECT_THAT(lines[0], HasSubstr("the time is DRAM"));
  EXPECT_THAT(lines, Contains(HasSubstr("what would save time: twice the rate of DRAM")));
  EXPECT_THAT(lines, Contains(HasSubstr("no fit has been applied")));
  const auto unmeasured = explain(estimate_of("mlp4096-4096-4096", 1, invented_gpu()));
  EXPECT_THAT(unmeasured, Contains(HasSubstr("gpu was not measured")));
}

TEST(RegimeOf, SaysHowNearThePeakProductsAre) {
  const Estimate estimate = estimate_of("mlp4096-4096-4096", 512, invented_cpu());
  EXPECT_EQ(regime_of(estimate.prediction.kernels[0], estimate.machine),
            "products at 70 % of the peak");
  const Estimate small = estimate_of("mlp8-8-8", 1, invented_cpu());
  EXPECT_THAT(regime_of(small.prediction.kernels[0], small.machine), HasSubstr("start: its work"));
}

}  // namespace
}  // namespace assay::oracle
