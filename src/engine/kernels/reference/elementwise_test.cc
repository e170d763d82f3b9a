// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/elementwise.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(AddReference, BroadcastsBothSides) {
  const HostTensor column = tensor_of({DType::kF32, {2, 1}}, {10, 20});
  const HostTensor row = tensor_of({DType::kF32, {3}}, {1, 2, 3});
  EXPECT_THAT(result_of({DType::kF32, {2, 3}},
                        [&](AnyView y) { add_reference(column.view(), row.view(), y); }),
              ElementsAre(11, 12, 13, 21, 22, 23));
  const HostTensor one = tensor_of({DType::kF32, {}}, {5});
  EXPECT_THAT(
      result_of({DType::kF32, {3}}, [&](AnyView y) { add_reference(one.view(), row.view(), y); }),
      ElementsAre(6, 7, 8));
}

TEST(MultiplyReference, RoundsOnceInTheDtype) {
  const HostTensor a = tensor_of({DType::kBf16, {2}}, {1.5, -3});
  const HostTensor b = tensor_of({DType::kBf16, {2}}, {2, 1.0078125});
  EXPECT_THAT(
      result_of({DType::kBf16, {2}}, [&](AnyView y) { multiply_reference(a.view(), b.view(), y); }),
      ElementsAre(3, -3.03125))
      << "-3.0234375 lies between -3.015625 and -3.03125, nearer to neither: to even";
}

TEST(ScaleReference, Multiplies) {
  const HostTensor x = tensor_of({DType::kF16, {3}}, {1, -2, 0});
  EXPECT_THAT(
      result_of({DType::kF16, {3}}, [&](AnyView y) { scale_reference(x.view(), 0.125, y); }),
      ElementsAre(0.125, -0.25, 0));
}

TEST(ActivationReference, OfTheTextbook) {
  const HostTensor x = tensor_of({DType::kF32, {2}}, {-1, 1});
  const auto activated = [&](Activation kind) {
    return result_of({DType::kF32, {2}},
                     [&](AnyView y) { activation_reference(x.view(), kind, y); });
  };
  EXPECT_THAT(activated(Activation::kRelu), ElementsAre(0, 1));
  EXPECT_THAT(activated(Activation::kGelu),
              ElementsAre(DoubleNear(-0.1586552540, 1e-8), DoubleNear(0.8413447461, 1e-7)));
  EXPECT_THAT(activated(Activation::kGeluTanh),
              ElementsAre(DoubleNear(-0.1588080094, 1e-8), DoubleNear(0.8411919906, 1e-7)));
  EXPECT_THAT(activated(Activation::kSilu),
              ElementsAre(DoubleNear(-0.2689414214, 1e-7), DoubleNear(0.7310585786, 1e-7)));
  EXPECT_THAT(activated(Activation::kTanh),
              ElementsAre(DoubleNear(-0.7615941560, 1e-7), DoubleNear(0.7615941560, 1e-7)));
  EXPECT_THAT(activated(Activation::kSigmoid),
              ElementsAre(DoubleNear(0.2689414214, 1e-7), DoubleNear(0.7310585786, 1e-7)));
}

}  // namespace
}  // namespace assay::kernels
