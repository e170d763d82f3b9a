// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/quantise.h"

#include <gmock/gmock.h>

#include <array>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

TEST(RowScale, IsTheLargestMagnitudeOver127) {
  EXPECT_EQ(row_scale(std::array{1.0, -254.0, 3.0}), 2);
  EXPECT_EQ(row_scale(std::array{0.0, 0.0}), 0);
  EXPECT_EQ(row_scale({}), 0);
}

TEST(Quantised, RoundsToEvenAndStaysWithinBounds) {
  EXPECT_EQ(quantised(1.5, 1), 2);
  EXPECT_EQ(quantised(2.5, 1), 2);
  EXPECT_EQ(quantised(-2.5, 1), -2);
  EXPECT_EQ(quantised(-200, 1), -127);
  EXPECT_EQ(quantised(5, 0), 0);
}

TEST(QuantiseRowsReference, ByHand) {
  const HostTensor weight = tensor_of({DType::kF32, {3, 2}}, {254, -1, 0, 0, 63.5, -127});
  const auto scales =
      result_of({DType::kF32, {3}}, [&](AnyView y) { row_scales_reference(weight.view(), y); });
  EXPECT_THAT(scales, ElementsAre(2, 0, 1));
  const HostTensor held = tensor_of({DType::kF32, {3}}, scales);
  EXPECT_THAT(result_of({DType::kI8, {3, 2}},
                        [&](AnyView y) { quantise_rows_reference(weight.view(), held.view(), y); }),
              ElementsAre(127, 0, 0, 0, 64, -127));
}

}  // namespace
}  // namespace assay::kernels
