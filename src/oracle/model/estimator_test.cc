// SPDX-License-Identifier: MIT
#include "oracle/model/estimator.h"

#include <gmock/gmock.h>

#include "engine/models/model_list.h"
#include "oracle/model/invented_profile.h"

namespace assay::oracle {
namespace {

using tensor::DType;

Result<Estimate> estimate_of(const std::string& model, const HardwareProfile& profile,
                             const EstimateOptions& options = {}) {
  ASSAY_TRY(const graph::Graph graph, models::build_model(model));
  ASSAY_TRY(const Estimator estimator, Estimator::create(profile));
  return estimator.estimate(graph, {{"batch", 1}}, options);
}

TEST(Estimator, AMeasuredMachineHasANumberAndAnotherARange) {
  HardwareProfile profile = invented_cpu();
  profile.numbers = {{"product_efficiency", invented_quantity(0.7)}};
  const auto measured = estimate_of("vit32x6x384", profile);
  ASSERT_TRUE(measured) << measured.error().to_string();
  const Value latency = measured->latency();
  EXPECT_EQ(latency.state(), State::kEstimated);
  EXPECT_DOUBLE_EQ(latency.number(), measured->prediction.seconds * 1e9);
  EXPECT_LT(latency.interval()->low, latency.number());
  const auto range = estimate_of("vit32x6x384", invented_gpu());
  ASSERT_TRUE(range) << range.error().to_string();
  EXPECT_FALSE(range->latency().has_number());
  EXPECT_LT(range->prediction.interval.low, range->prediction.interval.high);
}

TEST(Estimator, OnACpuThePrecisionIsThatOfTheWeights) {
  const auto wide = estimate_of("mlp4096-4096-4096", invented_cpu());
  const auto half = estimate_of("mlp4096-4096-4096", invented_cpu(), {.precision = DType::kF16});
  const auto byte = estimate_of("mlp4096-4096-4096", invented_cpu(), {.precision = DType::kI8});
  ASSERT_TRUE(wide && half && byte);
  EXPECT_NEAR(half->view.weight_bytes / wide->view.weight_bytes, 0.5, 0.01);
  EXPECT_NEAR(byte->view.weight_bytes / wide->view.weight_bytes, 0.25, 0.01);
  EXPECT_NEAR(half->prediction.seconds / wide->prediction.seconds, 0.5, 0.05)
      << "all of it is reading weights";
  EXPECT_EQ(half->machine.multiplied, DType::kF32);
}

TEST(Estimator, OnAnAcceleratorThePrecisionIsThatOfEverything) {
  const auto half = estimate_of("vit32x6x384", invented_gpu(), {.precision = DType::kF16});
  ASSERT_TRUE(half) << half.error().to_string();
  EXPECT_EQ(half->machine.products.value, 100e12);
  const auto missing = estimate_of("vit32x6x384", invented_gpu(), {.precision = DType::kI8});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().blame(), Blame::kUser);
}

TEST(Estimator, TheSameQuestionHasTheSameAnswer) {
  const auto once = estimate_of("resnet18", invented_cpu());
  const auto again = estimate_of("resnet18", invented_cpu());
  ASSERT_TRUE(once && again);
  EXPECT_EQ(once->prediction.seconds, again->prediction.seconds);
  EXPECT_EQ(once->prediction.interval, again->prediction.interval);
}

}  // namespace
}  // namespace assay::oracle
