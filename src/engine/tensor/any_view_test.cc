// SPDX-License-Identifier: MIT
#include "engine/tensor/any_view.h"

#include <gmock/gmock.h>

#include <array>
#include <limits>

namespace assay::tensor {
namespace {

TEST(AnyView, ReadsAndWritesEveryTypeThroughItsStrides) {
  for (const DType dtype :
       {DType::kF64, DType::kF32, DType::kF16, DType::kBf16, DType::kI8, DType::kI32, DType::kU8}) {
    alignas(8) std::array<std::byte, 128> memory{};
    // [2, 3] with rows 4 apart, seen transposed: [3, 2].
    const AnyView view{.data = memory.data(), .type = {dtype, {3, 2}}, .strides = {1, 4}};
    for (std::int64_t i = 0; i < 6; ++i) {
      store_element(view, i, static_cast<double>(i + 1));
    }
    for (std::int64_t i = 0; i < 6; ++i) {
      EXPECT_EQ(load_element(view, i), static_cast<double>(i + 1)) << to_text(dtype);
    }
    const AnyView rows{.data = memory.data(), .type = {dtype, {2, 3}}, .strides = {4, 1}};
    EXPECT_EQ(load_element(rows, 1), 3) << "element (0, 1) is (1, 0) of the transposed";
  }
}

TEST(AnyView, IntegersSaturateAndRoundToEven) {
  std::int8_t small = 0;
  const AnyView view = dense_view(static_cast<void*>(&small), {DType::kI8, {1}});
  const auto stored = [&](double value) {
    store_element(view, 0, value);
    return static_cast<int>(small);
  };
  EXPECT_EQ(stored(300), 127);
  EXPECT_EQ(stored(-300), -128);
  EXPECT_EQ(stored(2.5), 2);
  EXPECT_EQ(stored(3.5), 4);
  EXPECT_EQ(stored(std::numeric_limits<double>::quiet_NaN()), 0);
}

TEST(IsDense, IgnoresExtentsOfOne) {
  EXPECT_TRUE(is_dense({DType::kF32, {2, 3}}, {3, 1}));
  EXPECT_TRUE(is_dense({DType::kF32, {1, 3}}, {77, 1}));
  EXPECT_TRUE(is_dense({DType::kF32, {0, 3}}, {9, 9}));
  EXPECT_TRUE(is_dense({DType::kF32, {}}, {}));
  EXPECT_FALSE(is_dense({DType::kF32, {2, 3}}, {4, 1}));
  EXPECT_FALSE(is_dense({DType::kF32, {2, 3}}, {1, 2}));
}

TEST(AnyView, ATypedViewHasTheAskedType) {
  float value = 1;
  const AnyView view = dense_view(static_cast<void*>(&value), {DType::kF32, {1}});
  EXPECT_EQ(view.as<float>().at(0), 1);
  EXPECT_DEATH(static_cast<void>(view.as<double>()), "asked type");
  EXPECT_EQ(to_text(view.type), "f32 1");
}

}  // namespace
}  // namespace assay::tensor
