// SPDX-License-Identifier: MIT
#include "engine/tensor/host_tensor.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <limits>

namespace assay::tensor {
namespace {

TEST(HostTensor, IsZeroAlignedAndMovable) {
  HostTensor tensor = *HostTensor::create({DType::kF32, {3, 5}});
  EXPECT_EQ(tensor.size(), Bytes(60));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % HostTensor::kAlignment, 0U);
  for (std::int64_t i = 0; i < 15; ++i) {
    EXPECT_EQ(load_element(std::as_const(tensor).view(), i), 0);
  }
  tensor.view().as<float>().at(2, 4) = 7;
  const HostTensor moved = std::move(tensor);
  EXPECT_EQ(moved.view().as<float>().at(2, 4), 7);
}

TEST(HostTensor, AnEmptyOneHasMemoryToPointAt) {
  const HostTensor empty = *HostTensor::create({DType::kF32, {0, 5}});
  EXPECT_EQ(empty.size(), Bytes(0));
  EXPECT_NE(empty.view().data, nullptr);
}

TEST(HostTensor, LargeOnesStartAHugePage) {
  constexpr std::int64_t kHugePage = std::int64_t{2} << 20;
  for (const std::int64_t size : {kHugePage - 64, kHugePage, kHugePage + 1, 3 * kHugePage - 5}) {
    HostTensor tensor = *HostTensor::create({DType::kU8, {size}});
    EXPECT_EQ(tensor.size(), Bytes(size));
    const auto address = reinterpret_cast<std::uintptr_t>(tensor.bytes().data());
    const std::int64_t alignment =
        size >= kHugePage ? kHugePage : std::int64_t{HostTensor::kAlignment};
    EXPECT_EQ(address % static_cast<std::uintptr_t>(alignment), 0U);
    EXPECT_EQ(std::ranges::count(tensor.bytes(), std::byte{0}), size);
    tensor.bytes().back() = std::byte{1};
  }
}

TEST(HostTensor, RefusesMoreThanThereIs) {
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max() / 8;
  EXPECT_FALSE(HostTensor::create({DType::kF32, {huge, huge}})) << "more than 64 bits";
  EXPECT_FALSE(HostTensor::create({DType::kF32, {0, huge, huge}})) << "nor can its strides";
  EXPECT_FALSE(HostTensor::create({DType::kU8, {std::numeric_limits<std::int64_t>::max()}}));
  EXPECT_FALSE(HostTensor::create({DType::kF32, {-1}}));
}

TEST(HostTensor, CopiesOutOfAnyStrides) {
  std::array<float, 8> memory{0, 1, 2, 3, 4, 5, 6, 7};
  const ConstAnyView turned(memory.data(), {DType::kF32, {2, 3}}, Dims{1, 2});
  const HostTensor copy = *HostTensor::copy_of(turned);
  for (std::int64_t i = 0; i < 6; ++i) {
    EXPECT_EQ(load_element(copy.view(), i), load_element(turned, i));
  }
}

}  // namespace
}  // namespace assay::tensor
