// SPDX-License-Identifier: MIT
#include "engine/tensor/comparison.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"

namespace assay::tensor {
namespace {

TEST(Difference, OneWrongElementShowsWhole) {
  std::vector<float> got(10'000, 1.0F);
  const std::vector<double> want(10'000, 1.0);
  const TensorView<const double> want_view(want.data(), {100, 100});
  EXPECT_EQ(difference({got.data(), {100, 100}}, want_view).normalised, 0);
  got[4321] = 1.5F;
  const Difference found = difference({got.data(), {100, 100}}, want_view);
  EXPECT_EQ(found.worst, 4321);
  EXPECT_DOUBLE_EQ(found.max_absolute, 0.5);
  EXPECT_DOUBLE_EQ(found.normalised, 0.5);
  EXPECT_DOUBLE_EQ(found.max_relative, 0.5);
  EXPECT_EQ(found.compared, 10'000);
}

TEST(Difference, WhatIsNotFiniteIsInfinitelyWrong) {
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    const std::vector<float> got{1.0F, bad, 1.0F};
    const std::vector<double> want{1, 1, 1};
    const Difference found =
        difference({got.data(), {3}}, TensorView<const double>{want.data(), {3}});
    EXPECT_EQ(found.not_finite, 1);
    EXPECT_EQ(found.worst, 1);
    EXPECT_TRUE(std::isinf(found.normalised));
  }
}

TEST(Difference, FollowsStridesAndAcceptsNothing) {
  const std::vector<float> got{1, 99, 2, 99};
  const std::vector<double> want{1, 2};
  const TensorView<const float> strided(got.data(), {2, 1}, {2, 1});
  EXPECT_EQ(difference(strided, TensorView<const double>(want.data(), {2, 1})).max_absolute, 0);
  const Difference nothing = difference(TensorView<const float>(got.data(), {0, 4}),
                                        TensorView<const double>(want.data(), {0, 4}));
  EXPECT_EQ(nothing.compared, 0);
  EXPECT_EQ(nothing.worst, -1);
  EXPECT_EQ(nothing.normalised, 0);
}

TEST(Difference, AZeroReferenceAllowsNoError) {
  const std::vector<float> got{0, 1e-30F};
  const std::vector<double> want{0, 0};
  EXPECT_TRUE(std::isinf(
      difference({got.data(), {2}}, TensorView<const double>{want.data(), {2}}).normalised));
}

/// Plain float summation, the worst order there is, stays well inside the tolerance; an error of
/// one thousandth of a typical result does not.
TEST(Tolerance, HoldsForSequentialSummationAndNotForWrongAnswers) {
  Random random(7);
  for (const std::int64_t length : {1, 10, 107, 1'000, 10'000}) {
    double worst = 0;
    double squares = 0;
    for (int repeat = 0; repeat < 200; ++repeat) {
      float sum = 0;
      double exact = 0;
      for (std::int64_t i = 0; i < length; ++i) {
        const auto a = static_cast<float>(random.uniform() * 2 - 1);
        const auto b = static_cast<float>(random.uniform() * 2 - 1);
        sum += a * b;
        exact += static_cast<double>(a) * static_cast<double>(b);
      }
      worst = std::max(worst, std::abs(static_cast<double>(sum) - exact));
      squares += exact * exact;
    }
    const double normalised = worst / std::sqrt(squares / 200);
    EXPECT_LT(normalised, tolerance_for(DType::kF32, length).normalised / 2) << length;
    EXPECT_LT(tolerance_for(DType::kF32, length).normalised, 1e-3) << length;
  }
  EXPECT_THAT(tolerance_for(DType::kF32, 107).reason, ::testing::HasSubstr("107 products in f32"));
}

}  // namespace
}  // namespace assay::tensor
