// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/matmul.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

TEST(MatmulReference, MultipliesOneMatrixForEachLeadingIndex) {
  const HostTensor a = tensor_of({DType::kF32, {2, 1, 2}}, {1, 2, 3, 4});
  const HostTensor b = tensor_of({DType::kF32, {2, 2, 2}}, {1, 0, 0, 1, 1, 2, 3, 4});
  const auto product = [&](bool transpose_b) {
    return result_of({DType::kF32, {2, 1, 2}},
                     [&](AnyView y) { matmul_reference(a.view(), b.view(), transpose_b, y); });
  };
  EXPECT_THAT(product(false), ElementsAre(1, 2, 3 * 1 + 4 * 3, 3 * 2 + 4 * 4));
  EXPECT_THAT(product(true), ElementsAre(1, 2, 3 * 1 + 4 * 2, 3 * 3 + 4 * 4));
}

TEST(MatmulReference, RowsAndColumnsAreNotConfused) {
  const HostTensor a = tensor_of({DType::kF32, {3, 2}}, {1, 2, 3, 4, 5, 6});
  const HostTensor b = tensor_of({DType::kF32, {2, 1}}, {1, 10});
  EXPECT_THAT(result_of({DType::kF32, {3, 1}},
                        [&](AnyView y) { matmul_reference(a.view(), b.view(), false, y); }),
              ElementsAre(21, 43, 65));
}

TEST(MatmulReference, AnEmptySumIsZero) {
  const HostTensor a = tensor_of({DType::kF32, {2, 0}}, {});
  const HostTensor b = tensor_of({DType::kF32, {0, 1}}, {});
  EXPECT_THAT(result_of({DType::kF32, {2, 1}},
                        [&](AnyView y) { matmul_reference(a.view(), b.view(), false, y); }),
              ElementsAre(0, 0));
}

}  // namespace
}  // namespace assay::kernels
