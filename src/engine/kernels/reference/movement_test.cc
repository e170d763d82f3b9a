// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/movement.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

const HostTensor& two_by_three() {
  static const HostTensor x = tensor_of({DType::kF32, {2, 3}}, {1, 2, 3, 4, 5, 6});
  return x;
}

TEST(CopyReference, KeepsTheOrderAndRounds) {
  const auto reshaped =
      result_of({DType::kF32, {3, 2}}, [](AnyView y) { copy_reference(two_by_three().view(), y); });
  EXPECT_THAT(reshaped, ElementsAre(1, 2, 3, 4, 5, 6));
  const HostTensor x = tensor_of({DType::kF32, {6}}, {0.5, 1.5, -2.5, 1e9, -1e9, NAN});
  EXPECT_THAT(result_of({DType::kI8, {6}}, [&](AnyView y) { copy_reference(x.view(), y); }),
              ElementsAre(0, 2, -2, 127, -128, 0));
  EXPECT_THAT(result_of({DType::kU8, {6}}, [&](AnyView y) { copy_reference(x.view(), y); }),
              ElementsAre(0, 2, 0, 255, 0, 0));
  const HostTensor third = tensor_of({DType::kF64, {1}}, {1.0 / 3});
  EXPECT_THAT(result_of({DType::kBf16, {1}}, [&](AnyView y) { copy_reference(third.view(), y); }),
              ElementsAre(0.333984375));
}

TEST(PermuteReference, ExchangesAxes) {
  const std::array<std::int64_t, 2> swap{1, 0};
  EXPECT_THAT(result_of({DType::kF32, {3, 2}},
                        [&](AnyView y) { permute_reference(two_by_three().view(), swap, y); }),
              ElementsAre(1, 4, 2, 5, 3, 6));
  const HostTensor x = tensor_of({DType::kI32, {2, 1, 2}}, {1, 2, 3, 4});
  const std::array<std::int64_t, 3> turn{2, 0, 1};
  EXPECT_THAT(
      result_of({DType::kI32, {2, 2, 1}}, [&](AnyView y) { permute_reference(x.view(), turn, y); }),
      ElementsAre(1, 3, 2, 4));
}

TEST(SliceReference, TakesARunOfOneAxis) {
  const auto slice = [](int axis, std::int64_t first, tensor::Dims shape) {
    return result_of({DType::kF32, shape},
                     [&](AnyView y) { slice_reference(two_by_three().view(), axis, first, y); });
  };
  EXPECT_THAT(slice(1, 1, {2, 2}), ElementsAre(2, 3, 5, 6));
  EXPECT_THAT(slice(0, 1, {1, 3}), ElementsAre(4, 5, 6));
  EXPECT_THAT(slice(1, 3, {2, 0}), ElementsAre());
}

TEST(BroadcastReference, RepeatsExtentsOfOne) {
  const HostTensor column = tensor_of({DType::kF32, {2, 1}}, {7, 8});
  EXPECT_THAT(
      result_of({DType::kF32, {2, 3}}, [&](AnyView y) { broadcast_reference(column.view(), y); }),
      ElementsAre(7, 7, 7, 8, 8, 8));
}

TEST(ConcatReference, PutsPartsBehindOneAnother) {
  const HostTensor column = tensor_of({DType::kF32, {2, 1}}, {7, 8});
  const HostTensor nothing = tensor_of({DType::kF32, {2, 0}}, {});
  const std::array<ConstAnyView, 3> parts{column.view(), nothing.view(), two_by_three().view()};
  EXPECT_THAT(result_of({DType::kF32, {2, 4}}, [&](AnyView y) { concat_reference(parts, 1, y); }),
              ElementsAre(7, 1, 2, 3, 8, 4, 5, 6));
  const std::array<ConstAnyView, 2> rows{two_by_three().view(), two_by_three().view()};
  EXPECT_THAT(result_of({DType::kF32, {4, 3}}, [&](AnyView y) { concat_reference(rows, 0, y); }),
              ElementsAre(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
}

}  // namespace
}  // namespace assay::kernels
