// SPDX-License-Identifier: MIT
#include "engine/conformance/agreement.h"

#include <gmock/gmock.h>

#include <limits>

namespace assay::conformance {
namespace {

using tensor::DType;
using tensor::HostTensor;

HostTensor numbers(DType dtype, const std::vector<double>& values) {
  auto tensor = HostTensor::create({dtype, {static_cast<std::int64_t>(values.size())}});
  for (std::size_t i = 0; i < values.size(); ++i)
    store_element(tensor->view(), static_cast<std::int64_t>(i), values[i]);
  return std::move(*tensor);
}

std::string outcome(DType dtype, const std::vector<double>& got, const std::vector<double>& want,
                    const Agreement& agreement = {}) {
  const HostTensor left = numbers(dtype, got);
  const HostTensor right = numbers(dtype, want);
  return disagreement(std::as_const(left).view(), std::as_const(right).view(), agreement)
      .value_or("agree");
}

TEST(Disagreement, AllowsRoundingAndNothingMore) {
  const double u = tensor::unit_roundoff(DType::kF32);
  EXPECT_EQ(outcome(DType::kF32, {1 + 8 * u, -1}, {1, -1}), "agree");
  EXPECT_THAT(outcome(DType::kF32, {1, -1.0001}, {1, -1}),
              ::testing::StartsWith("element 1: -1.000100016593933 instead of -1, 0.0001 of the "
                                    "rms 1; allowed 9.54e-07, rounding of 1 products in f32"));
  EXPECT_EQ(outcome(DType::kF32, {1, -1.0001}, {1, -1}, {.slack = 2e-4}), "agree");
  EXPECT_EQ(outcome(DType::kF16, {1.001}, {1}), "agree");
}

TEST(Disagreement, TakesIntegersAndZerosExactly) {
  EXPECT_EQ(outcome(DType::kI8, {4, 5}, {4, 6}), "element 1: 5 instead of 6");
  EXPECT_EQ(outcome(DType::kI8, {4, 5}, {4, 6}, {.slack = 1}), "agree");
  EXPECT_THAT(outcome(DType::kF32, {0, 1e-30}, {0, 0}), ::testing::HasSubstr("element 1"));
  EXPECT_EQ(outcome(DType::kF32, {}, {}), "agree");
}

TEST(Disagreement, WantsTheSameInfinitiesAndNaNs) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(outcome(DType::kF32, {nan, infinity, 1}, {nan, infinity, 1}), "agree");
  EXPECT_EQ(outcome(DType::kF32, {1, infinity}, {1, -infinity}), "element 1: inf instead of -inf");
  EXPECT_EQ(outcome(DType::kF32, {nan}, {2}), "element 0: nan instead of 2");
  EXPECT_EQ(outcome(DType::kF32, {2}, {nan}), "element 0: 2 instead of nan");
}

TEST(Disagreement, NamesAnotherType) {
  const HostTensor left = numbers(DType::kF32, {1, 2});
  const HostTensor right = numbers(DType::kF16, {1, 2});
  EXPECT_EQ(disagreement(std::as_const(left).view(), std::as_const(right).view(), {}),
            "f32 2 instead of f16 2");
}

}  // namespace
}  // namespace assay::conformance
