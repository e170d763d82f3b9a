// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/dynamic_linear.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/quantise.h"

namespace assay::kernels {
namespace {

using tensor::DType;
using tensor::TensorView;

struct Problem {
  std::int64_t m, n, k;
  Activation activation = Activation::kNone;
  bool has_bias = false;
  bool has_residual = false;
};

/// A weight of random integers, all 256 of them, with scales.
struct IntegerWeight {
  IntegerWeight(std::int64_t n, std::int64_t k) : integers(static_cast<std::size_t>(n * k)) {
    Random random(5);
    for (std::int8_t& value : integers)
      value = static_cast<std::int8_t>(static_cast<std::int64_t>(random.below(256)) - 128);
    for (std::int64_t j = 0; j < n; ++j)
      scales.push_back(static_cast<float>(random.uniform() * 0.01));
    memory.resize(static_cast<std::size_t>(packed_weight_bytes(DType::kI8, n, k)));
    pack_weight(tensor::dense_view(std::as_const(integers).data(), {DType::kI8, {n, k}}),
                DType::kI8, memory);
    packed = {memory.data(), DType::kI8, n, k, scales.data()};
  }
  std::vector<std::int8_t> integers;
  std::vector<float> scales;
  std::vector<std::byte> memory;
  PackedWeight packed;
};

void expect_agreement(const Problem& p, int threads) {
  SCOPED_TRACE(format("m={} n={} k={} {}", p.m, p.n, p.k, to_text(p.activation)));
  Random random(2);
  const std::int64_t x_stride = p.k + 3, y_stride = p.n + 2;
  std::vector<float> x(static_cast<std::size_t>(p.m * x_stride));
  std::vector<float> residual(static_cast<std::size_t>(p.m * y_stride));
  std::vector<float> bias(static_cast<std::size_t>(p.n));
  for (auto* values : {&x, &residual, &bias}) {
    for (float& value : *values)
      value = static_cast<float>(random.uniform() * 2 - 1);
  }
  const IntegerWeight weight(p.n, p.k);
  std::vector<float> memory(residual.size() + 2, -7);
  const TensorView<float> y(memory.data() + 1, {p.m, p.n}, {y_stride, 1});
  LinearEpilogue epilogue{.bias = p.has_bias ? bias.data() : nullptr, .activation = p.activation};
  if (p.has_residual) epilogue.residual = {residual.data(), {p.m, p.n}, {y_stride, 1}};
  const auto bytes = static_cast<std::size_t>(dynamic_linear_scratch(p.m, p.k, threads));
  std::vector<std::byte> scratch(bytes + 16, std::byte{0x5A});
  dynamic_linear({x.data(), {p.m, p.k}, {x_stride, 1}}, weight.packed, epilogue, y,
                 {scratch.data(), bytes}, threads);
  for (std::int64_t i = 0; i < p.m; ++i) {
    const float* row = x.data() + i * x_stride;
    const double scale = row_scale(std::vector<double>(row, row + p.k));
    for (std::int64_t j = 0; j < p.n; ++j) {
      double sum = 0;
      for (std::int64_t d = 0; d < p.k; ++d) {
        sum += quantised(static_cast<double>(row[d]), scale) *
               weight.integers[static_cast<std::size_t>(j * p.k + d)];
      }
      double want = sum * scale * static_cast<double>(weight.scales[static_cast<std::size_t>(j)]);
      if (p.has_bias) want += static_cast<double>(bias[static_cast<std::size_t>(j)]);
      want = activate_exactly(p.activation, want);
      if (p.has_residual) want += static_cast<double>(epilogue.residual.at(i, j));
      // The sum is exact: what is left is the rounding of a few steps in f32.
      ASSERT_NEAR(static_cast<double>(y.at(i, j)), want, 1e-6 * (1 + std::abs(want)))
          << i << " " << j;
    }
  }
  EXPECT_EQ(std::count(memory.begin(), memory.end(), -7.0F), 2 + p.m * 2);
  EXPECT_EQ(std::count(scratch.end() - 16, scratch.end(), std::byte{0x5A}), 16);
}

TEST(DynamicLinear, AgreesWithExactIntegers) {
  for (const int threads : {1, 2}) {
    for (const std::int64_t m : {1, 2, 3, 5, 8, 9, 21}) {
      for (const std::int64_t n : {1, 16, 17, 50}) {
        for (const std::int64_t k : {1, 2, 7, 64, 301})
          expect_agreement({m, n, k}, threads);
      }
    }
    expect_agreement({4, 20, 33, Activation::kGelu, true, false}, threads);
    expect_agreement({9, 35, 16, Activation::kRelu, true, true}, threads);
    expect_agreement({3, 16, 16, Activation::kNone, false, true}, threads);
    expect_agreement({0, 16, 16}, threads);
    expect_agreement({2, 0, 16}, threads);
    expect_agreement({2, 5, 0, Activation::kNone, true}, threads);
  }
}

TEST(DynamicLinear, DoesNotSaturateWhereEveryProductIsLargest) {
  const std::int64_t k = 4096;
  const std::vector<float> x(static_cast<std::size_t>(k), 1.0F);
  const std::vector<std::int8_t> integers(static_cast<std::size_t>(k), -128);
  std::vector<std::byte> packed(static_cast<std::size_t>(packed_weight_bytes(DType::kI8, 1, k)));
  pack_weight(tensor::dense_view(integers.data(), {DType::kI8, {1, k}}), DType::kI8, packed);
  const float scale = 1;
  float y = 0;
  std::vector<std::byte> scratch(static_cast<std::size_t>(dynamic_linear_scratch(1, k, 1)));
  dynamic_linear({x.data(), {1, k}}, {packed.data(), DType::kI8, 1, k, &scale}, {}, {&y, {1, 1}},
                 scratch, 1);
  EXPECT_EQ(y, -128.0F * 4096);
}

TEST(DynamicLinear, ZerosStayZeroAndNaNSpreadsOverItsRow) {
  std::vector<float> x{0, 0, 1, std::nanf(""), 1, 2, HUGE_VALF, 0}, y(8);
  const IntegerWeight weight(2, 2);
  std::vector<std::byte> scratch(static_cast<std::size_t>(dynamic_linear_scratch(4, 2, 1)));
  dynamic_linear({x.data(), {4, 2}}, weight.packed, {}, {y.data(), {4, 2}}, scratch, 1);
  EXPECT_EQ(y[0], 0);
  EXPECT_EQ(y[1], 0);
  EXPECT_TRUE(std::isnan(y[2]) && std::isnan(y[3]));
  EXPECT_TRUE(std::isfinite(y[4]) && std::isfinite(y[5]));
  EXPECT_TRUE(std::isnan(y[6]) && std::isnan(y[7]));
}

}  // namespace
}  // namespace assay::kernels
