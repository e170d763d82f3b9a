// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/linear.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

const HostTensor& two_rows() {
  static const HostTensor x = tensor_of({DType::kF32, {2, 1, 2}}, {1, 2, 3, 4});
  return x;
}

TEST(LinearReference, AddsTheResidualBehindTheActivation) {
  const HostTensor weight = tensor_of({DType::kF32, {3, 2}}, {1, 0, 0, 1, -1, -1});
  const HostTensor bias = tensor_of({DType::kF32, {3}}, {10, 20, 1});
  const HostTensor residual = tensor_of({DType::kF32, {2, 1, 3}}, {-1, -2, -3, -4, -5, -6});
  const auto layer = [&](const LayerEpilogue& epilogue) {
    return result_of({DType::kF32, {2, 1, 3}}, [&](AnyView y) {
      linear_reference(two_rows().view(), weight.view(), epilogue, y);
    });
  };
  EXPECT_THAT(layer({}), ElementsAre(1, 2, -3, 3, 4, -7));
  EXPECT_THAT(layer({.bias = bias.view(), .activation = Activation::kNone, .residual = {}}),
              ElementsAre(11, 22, -2, 13, 24, -6));
  EXPECT_THAT(
      layer({.bias = bias.view(), .activation = Activation::kRelu, .residual = residual.view()}),
      ElementsAre(10, 20, -3, 9, 19, -6));
}

TEST(LinearReference, ReadsAWeightOfSixteenBitsAndOfAnyStrides) {
  const HostTensor stored = tensor_of({DType::kBf16, {2, 3}}, {1, 0, -1, 0, 1, -1});
  const ConstAnyView transposed{stored.view().data, {DType::kBf16, {3, 2}}, {1, 3}};
  EXPECT_THAT(result_of({DType::kF32, {2, 1, 3}},
                        [&](AnyView y) { linear_reference(two_rows().view(), transposed, {}, y); }),
              ElementsAre(1, 2, -3, 3, 4, -7));
}

TEST(LinearReference, OfNothing) {
  const HostTensor x = tensor_of({DType::kF32, {2, 0}}, {});
  const HostTensor weight = tensor_of({DType::kF32, {2, 0}}, {});
  const HostTensor bias = tensor_of({DType::kF32, {2}}, {5, 6});
  EXPECT_THAT(
      result_of({DType::kF32, {2, 2}},
                [&](AnyView y) {
                  linear_reference(
                      x.view(), weight.view(),
                      {.bias = bias.view(), .activation = Activation::kNone, .residual = {}}, y);
                }),
      ElementsAre(5, 6, 5, 6));
}

TEST(QuantisedLinearReference, WeightOnlyScalesTheRowsOfTheWeight) {
  const HostTensor weight = tensor_of({DType::kI8, {2, 2}}, {100, -50, 1, 127});
  const HostTensor scales = tensor_of({DType::kF32, {2}}, {0.5, 2});
  const HostTensor bias = tensor_of({DType::kF32, {2}}, {1, 0});
  EXPECT_THAT(
      result_of({DType::kF32, {2, 1, 2}},
                [&](AnyView y) {
                  quantised_linear_reference(
                      two_rows().view(), weight.view(), scales.view(), QuantisedMode::kWeightOnly,
                      {.bias = bias.view(), .activation = Activation::kRelu, .residual = {}}, y);
                }),
      ElementsAre(1, 2 * (1 + 254), 1 + 0.5 * (300 - 200), 2 * (3 + 508)));
}

TEST(QuantisedLinearReference, DynamicRoundsEachRowOfX) {
  // Row 127, 0.4: scale 1, so 0.4 becomes 0. Row 0, 0: scale 0, so all stays 0.
  const HostTensor x = tensor_of({DType::kF32, {3, 2}}, {127, 0.4, 0, 0, -254, 3});
  const HostTensor weight = tensor_of({DType::kI8, {1, 2}}, {2, 100});
  const HostTensor scales = tensor_of({DType::kF32, {1}}, {0.5});
  // Row -254, 3: scale 2, and 1.5 rounds to even: 2.
  EXPECT_THAT(result_of({DType::kF32, {3, 1}},
                        [&](AnyView y) {
                          quantised_linear_reference(x.view(), weight.view(), scales.view(),
                                                     QuantisedMode::kDynamic, {}, y);
                        }),
              ElementsAre(127 * 2 * 0.5, 0, (-127 * 2 + 2 * 100) * 2 * 0.5));
}

}  // namespace
}  // namespace assay::kernels
