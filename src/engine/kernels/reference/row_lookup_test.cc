// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/row_lookup.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

TEST(EmbeddingReference, CopiesRowsByNumber) {
  const HostTensor table = tensor_of({DType::kF16, {3, 2}}, {1, 2, 3, 4, 5, 6});
  const HostTensor ids = tensor_of({DType::kI32, {1, 3}}, {2, 0, 2});
  EXPECT_THAT(
      result_of({DType::kF32, {1, 3, 2}},
                [&](AnyView y) { EXPECT_TRUE(embedding_reference(table.view(), ids.view(), y)); }),
      ElementsAre(5, 6, 1, 2, 5, 6));
}

TEST(EmbeddingReference, AnIdOutsideIsAnErrorOfTheRun) {
  const HostTensor table = tensor_of({DType::kF32, {3, 2}}, {1, 2, 3, 4, 5, 6});
  HostTensor y = tensor_of({DType::kF32, {2, 2}}, {0, 0, 0, 0});
  const HostTensor high = tensor_of({DType::kI32, {2}}, {0, 3});
  const HostTensor low = tensor_of({DType::kI32, {2}}, {-1, 0});
  EXPECT_EQ(embedding_reference(table.view(), high.view(), y.view()).error().message(),
            "token id 3 at position 1; expected 0 to 2");
  EXPECT_EQ(embedding_reference(table.view(), low.view(), y.view()).error().message(),
            "token id -1 at position 0; expected 0 to 2");
}

TEST(TakeRowsReference, TakesOneRowOfEachSequence) {
  const HostTensor x = tensor_of({DType::kF32, {2, 2, 2}}, {1, 2, 3, 4, 5, 6, 7, 8});
  const HostTensor rows = tensor_of({DType::kI32, {2}}, {1, 0});
  EXPECT_THAT(
      result_of({DType::kF32, {2, 2}},
                [&](AnyView y) { EXPECT_TRUE(take_rows_reference(x.view(), rows.view(), y)); }),
      ElementsAre(3, 4, 5, 6));
  const HostTensor outside = tensor_of({DType::kI32, {2}}, {1, 2});
  HostTensor y = tensor_of({DType::kF32, {2, 2}}, {0, 0, 0, 0});
  EXPECT_EQ(take_rows_reference(x.view(), outside.view(), y.view()).error().message(),
            "row 2 at position 1; expected 0 to 1");
}

}  // namespace
}  // namespace assay::kernels
