// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/reduce.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

std::vector<double> reduced(Reduction kind, const std::vector<std::int64_t>& axes,
                            const tensor::Dims& shape) {
  const HostTensor x =
      tensor_of({DType::kF32, {2, 3, 2}}, {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6});
  return result_of({DType::kF32, shape},
                   [&](AnyView y) { reduce_reference(x.view(), kind, axes, y); });
}

TEST(ReduceReference, ByHand) {
  EXPECT_THAT(reduced(Reduction::kSum, {2}, {2, 3}), ElementsAre(3, 7, 11, -3, -7, -11));
  EXPECT_THAT(reduced(Reduction::kMean, {1}, {2, 2}), ElementsAre(3, 4, -3, -4));
  EXPECT_THAT(reduced(Reduction::kMax, {1, 2}, {2}), ElementsAre(6, -1));
  EXPECT_THAT(reduced(Reduction::kMax, {2, 0}, {3}), ElementsAre(2, 4, 6));
  EXPECT_THAT(reduced(Reduction::kMean, {0, 1, 2}, {}), ElementsAre(0));
}

TEST(ReduceReference, ASumOfNothingIsZero) {
  const HostTensor x = tensor_of({DType::kF32, {2, 0}}, {});
  const std::vector<std::int64_t> axes{1};
  EXPECT_THAT(result_of({DType::kF32, {2}},
                        [&](AnyView y) { reduce_reference(x.view(), Reduction::kSum, axes, y); }),
              ElementsAre(0, 0));
}

}  // namespace
}  // namespace assay::kernels
