// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/softmax.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(SoftmaxReference, WeighsEachRow) {
  const HostTensor x =
      tensor_of({DType::kF32, {3, 2}}, {0, std::log(3.0), 1000, 1000, -HUGE_VAL, 5});
  EXPECT_THAT(result_of({DType::kF32, {3, 2}}, [&](AnyView y) { softmax_reference(x.view(), y); }),
              ElementsAre(DoubleNear(0.25, 1e-7), DoubleNear(0.75, 1e-7), 0.5, 0.5, 0, 1));
}

TEST(SoftmaxReference, OfNothingIsNothing) {
  const HostTensor x = tensor_of({DType::kF32, {3, 0}}, {});
  EXPECT_THAT(result_of({DType::kF32, {3, 0}}, [&](AnyView y) { softmax_reference(x.view(), y); }),
              ElementsAre());
}

}  // namespace
}  // namespace assay::kernels
