// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/max_pool2d.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

TEST(MaxPool2dReference, ByHand) {
  const HostTensor x =
      tensor_of({DType::kF32, {1, 2, 2, 3}}, {-1, -2, -3, -4, -5, -6, 1, 2, 3, 4, 5, 6});
  const auto pooled = [&](const PoolOptions& options, const tensor::Dims& shape) {
    return result_of({DType::kF32, shape},
                     [&](AnyView y) { max_pool2d_reference(x.view(), options, y); });
  };
  EXPECT_THAT(pooled({.window = {2, 2}}, {1, 2, 1, 2}), ElementsAre(-1, -2, 5, 6));
  EXPECT_THAT(pooled({.window = {1, 2}, .stride = {1, 2}, .padding = {0, 1}}, {1, 2, 2, 2}),
              ElementsAre(-1, -2, -4, -5, 1, 3, 4, 6))
      << "padding is never the largest, not even of negative numbers";
}

}  // namespace
}  // namespace assay::kernels
