// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/elementwise.h"

#include <gmock/gmock.h>

#include <numeric>
#include <vector>

#include "core/random.h"

namespace assay::kernels {
namespace {

using tensor::Dims;
using tensor::TensorView;

/// Any index of a view, given as its row-major number.
float element(TensorView<const float> view, std::int64_t index) {
  std::int64_t offset = 0;
  for (int axis = view.rank() - 1; axis >= 0; --axis) {
    offset += index % view.extent(axis) * view.stride(axis);
    index /= view.extent(axis);
  }
  return view.data()[offset];
}

TEST(Combine, EveryBroadcastOfRandomShapesAgreesWithIndexing) {
  Random random(5);
  std::vector<float> left(100'000), right(100'000);
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i] = static_cast<float>(random.uniform());
    right[i] = static_cast<float>(random.uniform());
  }
  for (int draw = 0; draw < 300; ++draw) {
    const int rank = static_cast<int>(random.below(4)) + 1;
    Dims shape, a_shape, b_shape;
    for (int axis = 0; axis < rank; ++axis) {
      shape.append(static_cast<std::int64_t>(random.below(axis + 1 == rank ? 40 : 5)) + 1);
      a_shape.append(random.coin() ? shape[axis] : 1);
      b_shape.append(random.coin() ? shape[axis] : 1);
    }
    const auto a = broadcast_to(TensorView<const float>(left.data(), a_shape), shape);
    const auto b = broadcast_to(TensorView<const float>(right.data(), b_shape), shape);
    const std::int64_t count = *tensor::element_count(shape);
    std::vector<float> memory(static_cast<std::size_t>(count) + 2, -7);
    const TensorView<float> y(memory.data() + 1, shape);
    const auto what = random.coin() ? Combination::kAdd : Combination::kMultiply;
    combine(what, a, b, y, 1 + static_cast<int>(random.below(2)));
    for (std::int64_t i = 0; i < count; ++i) {
      const float l = element(a, i), r = element(b, i);
      ASSERT_EQ(element(y, i), what == Combination::kAdd ? l + r : l * r)
          << tensor::to_text(shape) << tensor::to_text(a_shape) << tensor::to_text(b_shape);
    }
    EXPECT_EQ(memory.front(), -7);
    EXPECT_EQ(memory.back(), -7);
  }
}

TEST(Combine, TransposedAndLongOperands) {
  std::vector<float> a(70'000), b(70'000), y(70'000);
  std::iota(a.begin(), a.end(), 0.0F);
  std::iota(b.begin(), b.end(), 1.0F);
  const TensorView<const float> turned(a.data(), {700, 100}, {1, 700});
  combine(Combination::kAdd, turned, TensorView<const float>(b.data(), {700, 100}),
          TensorView<float>(y.data(), {700, 100}), 2);
  EXPECT_EQ(y[1], 700.0F + 2.0F);
  combine(Combination::kMultiply, TensorView<const float>(a.data(), {70'000}),
          TensorView<const float>(b.data(), {70'000}), TensorView<float>(y.data(), {70'000}), 2);
  for (std::size_t i = 0; i < y.size(); ++i)
    ASSERT_EQ(y[i], a[i] * b[i]) << i;
}

TEST(Combine, InPlaceAndEmpty) {
  std::vector<float> x{1, 2, 3};
  const TensorView<float> view(x.data(), {3});
  combine(Combination::kAdd, view, view, view, 1);
  EXPECT_THAT(x, ::testing::ElementsAre(2, 4, 6));
  combine(Combination::kAdd, TensorView<const float>(nullptr, {0, 2}),
          TensorView<const float>(nullptr, {0, 2}), TensorView<float>(nullptr, {0, 2}), 2);
}

TEST(Scale, MultipliesEveryElement) {
  std::vector<float> x(37);
  std::iota(x.begin(), x.end(), 0.0F);
  std::vector<float> y(37);
  scale(TensorView<const float>(x.data(), {37}), -0.5F, TensorView<float>(y.data(), {37}), 1);
  for (std::size_t i = 0; i < y.size(); ++i)
    EXPECT_EQ(y[i], -0.5F * x[i]);
}

TEST(BroadcastDeathTest, ShapesThatDoNotFitAreABug) {
  float x[6] = {};
  const TensorView<const float> view(x, {2, 3});
  EXPECT_DEATH((void)broadcast_to(view, Dims{2, 4}), "equal or repeated");
  EXPECT_DEATH((void)broadcast_to(view, Dims{3}), "never fewer");
}

}  // namespace
}  // namespace assay::kernels
