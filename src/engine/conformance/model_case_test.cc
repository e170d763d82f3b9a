// SPDX-License-Identifier: MIT
#include "engine/conformance/model_case.h"

#include <gmock/gmock.h>

namespace assay::conformance {
namespace {

using tensor::DType;
using tensor::HostTensor;

std::vector<double> filled(DType dtype, const ValueRule& rule, int run, std::uint64_t seed = 5) {
  auto tensor = HostTensor::create({dtype, {100}});
  fill(tensor->view(), rule, run, seed);
  std::vector<double> values;
  for (std::int64_t i = 0; i < 100; ++i)
    values.push_back(load_element(tensor->view(), i));
  return values;
}

TEST(Fill, StaysWithinItsBounds) {
  const ValueRule rule{.low = 2, .high = 4};
  EXPECT_THAT(filled(DType::kF32, rule, 0),
              ::testing::Each(::testing::AllOf(::testing::Ge(2.0), ::testing::Le(4.0))));
  EXPECT_THAT(filled(DType::kI32, rule, 0), ::testing::Each(::testing::AnyOf(2.0, 3.0, 4.0)));
  EXPECT_THAT(filled(DType::kI32, rule, 0), ::testing::Contains(4.0));
}

TEST(Fill, DependsOnRunAndSeedAlone) {
  EXPECT_EQ(filled(DType::kF32, {}, 1), filled(DType::kF32, {}, 1));
  EXPECT_NE(filled(DType::kF32, {}, 1), filled(DType::kF32, {}, 2));
  EXPECT_NE(filled(DType::kF32, {}, 1, 5), filled(DType::kF32, {}, 1, 6));
}

TEST(Fill, TakesListsInTurn) {
  const ValueRule rule{.listed = {{1, 2}, {3}}};
  EXPECT_EQ(filled(DType::kI8, rule, 0)[3], 2);
  EXPECT_EQ(filled(DType::kI8, rule, 1)[3], 3);
  EXPECT_EQ(filled(DType::kI8, rule, 2)[3], 2);
}

TEST(WeightsOf, GivesEveryWeightByItsRule) {
  ModelCase model;
  model.graph.weight("w", {DType::kF32, {3}});
  model.graph.output("y", model.graph.weight("v", {DType::kI8, {2}}));
  model.values["v"] = {.low = 9, .high = 9};
  const auto weights = weights_of(model);
  ASSERT_TRUE(weights);
  EXPECT_EQ(weights->entries().size(), 2U);
  EXPECT_EQ(load_element((*weights->find("v"))->view(), 1), 9);
}

}  // namespace
}  // namespace assay::conformance
