// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/copy.h"

#include <gmock/gmock.h>

#include <vector>

#include "core/random.h"
#include "engine/tensor/host_tensor.h"

namespace assay::kernels {
namespace {

using tensor::AnyView;
using tensor::ConstAnyView;
using tensor::Dims;
using tensor::DType;
using tensor::HostTensor;

HostTensor counted(const tensor::TensorType& type) {
  auto made = HostTensor::create(type);
  EXPECT_TRUE(made.has_value());
  const std::int64_t count = *tensor::element_count(type.shape);
  for (std::int64_t i = 0; i < count; ++i)
    tensor::store_element(made->view(), i, static_cast<double>(i % 100));
  return std::move(*made);
}

TEST(Copy, EveryPairOfTypesAndOrderOfAxes) {
  const std::vector<DType> types{DType::kF64, DType::kF32, DType::kF16, DType::kBf16,
                                 DType::kI8,  DType::kI32, DType::kU8};
  for (const DType from_type : types) {
    for (const DType to_type : types) {
      const HostTensor from = counted({from_type, {3, 5, 7}});
      for (const Dims& strides : {Dims{35, 7, 1}, Dims{1, 3, 15}, Dims{7, 21, 1}, Dims{5, 1, 15}}) {
        std::vector<std::byte> memory(105 * 8 + 16, std::byte{0x77});
        const AnyView to{memory.data() + 8, {to_type, {3, 5, 7}}, strides};
        copy(from.view(), to, 2);
        for (std::int64_t i = 0; i < 105; ++i) {
          ASSERT_EQ(tensor::load_element(to, i), tensor::load_element(from.view(), i))
              << tensor::to_text(from_type) << " to " << tensor::to_text(to_type);
        }
        EXPECT_EQ(memory[7], std::byte{0x77});
        EXPECT_EQ(memory[8 + 105 * static_cast<std::size_t>(tensor::size_of(to_type))],
                  std::byte{0x77});
      }
    }
  }
}

/// A dense tensor seen with its axes in another order, copied dense, element by element.
void expect_permuted(DType type, const Dims& shape, const std::vector<int>& axes, int threads) {
  const HostTensor from = counted({type, shape});
  ConstAnyView view = from.view();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    view.type.shape[static_cast<int>(i)] = shape[axes[i]];
    view.strides[static_cast<int>(i)] = from.view().strides[axes[i]];
  }
  const auto size = static_cast<std::size_t>(from.size().count());
  std::vector<std::byte> memory(size + 16, std::byte{0x77});
  const AnyView to = tensor::dense_view(static_cast<void*>(memory.data() + 8), view.type);
  copy(view, to, threads);
  for (std::int64_t i = 0; i < *tensor::element_count(shape); ++i)
    ASSERT_EQ(tensor::load_element(to, i), tensor::load_element(view, i)) << i;
  EXPECT_EQ(memory[7], std::byte{0x77});
  EXPECT_EQ(memory[8 + size], std::byte{0x77});
}

TEST(Copy, TurnsPlanesOfAnySize) {
  for (const DType type : {DType::kF32, DType::kF16, DType::kU8, DType::kF64}) {
    for (const int threads : {1, 2}) {
      for (const std::int64_t rows : {1, 2, 3, 4, 5, 8, 9, 23}) {
        for (const std::int64_t columns : {1, 2, 15, 16, 17, 40}) {
          expect_permuted(type, {rows, columns}, {1, 0}, threads);
          expect_permuted(type, {2, rows, 3, columns}, {2, 0, 3, 1}, threads);
        }
      }
      expect_permuted(type, {2, 3, 2, 4, 2, 4}, {0, 2, 4, 3, 5, 1}, threads);
      expect_permuted(type, {300, 331}, {1, 0}, threads);
      expect_permuted(type, {1, 2, 40'000}, {0, 2, 1}, threads);
    }
  }
}

TEST(Copy, LongRunsAreSharedByThreads) {
  const HostTensor from = counted({DType::kF32, {100'003}});
  auto to = HostTensor::create({DType::kF16, {100'003}});
  ASSERT_TRUE(to.has_value());
  copy(from.view(), to->view(), 2);
  for (std::int64_t i = 0; i < 100'003; ++i)
    ASSERT_EQ(tensor::load_element(to->view(), i), static_cast<double>(i % 100));
}

TEST(Copy, RepeatsWhereTheStrideIsZero) {
  const float one = 4;
  std::vector<float> to(6);
  copy(ConstAnyView(&one, {DType::kF32, {2, 3}}, {0, 0}),
       tensor::dense_view(to.data(), {DType::kF32, {2, 3}}), 1);
  EXPECT_THAT(to, ::testing::Each(4.0F));
}

TEST(Concat, PutsPartsSideBySide) {
  const HostTensor a = counted({DType::kF32, {2, 3, 2}});
  const HostTensor b = counted({DType::kF32, {2, 0, 2}});
  const HostTensor c = counted({DType::kF32, {2, 1, 2}});
  std::vector<float> to(16, -1);
  const std::vector<ConstAnyView> parts{a.view(), b.view(), c.view()};
  concat(parts, 1, tensor::dense_view(to.data(), {DType::kF32, {2, 4, 2}}), 2);
  EXPECT_THAT(to, ::testing::ElementsAre(0, 1, 2, 3, 4, 5, 0, 1, 6, 7, 8, 9, 10, 11, 2, 3));
}

TEST(CopyDeathTest, ShapesThatDoNotFitAreABug) {
  const HostTensor a = counted({DType::kF32, {2, 3}});
  std::vector<float> to(16);
  EXPECT_DEATH(copy(a.view(), tensor::dense_view(to.data(), {DType::kF32, {3, 2}}), 1), "shape");
  const std::vector<ConstAnyView> parts{a.view()};
  EXPECT_DEATH(concat(parts, 0, tensor::dense_view(to.data(), {DType::kF32, {4, 3}}), 1), "add up");
}

}  // namespace
}  // namespace assay::kernels
