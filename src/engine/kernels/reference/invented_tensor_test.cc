// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/invented_tensor.h"

#include <gmock/gmock.h>

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

TEST(InventedTensor, IsWrittenAndReadAsNumbers) {
  EXPECT_THAT(values_of(tensor_of({DType::kF16, {2, 2}}, {1, 2, 3, 4.5})),
              ElementsAre(1, 2, 3, 4.5));
  EXPECT_THAT(values_of(counting_tensor({DType::kI8, {3}}, -1, 2)), ElementsAre(-1, 13, 7));
  const auto kept = result_of({DType::kU8, {2}}, [](const AnyView& y) { store_element(y, 0, 5); });
  EXPECT_THAT(kept, ElementsAre(5, 0x3f)) << "what is not written shows";
}

}  // namespace
}  // namespace assay::kernels
