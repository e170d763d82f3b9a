// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/linear_vector.h"

#include <gmock/gmock.h>

#include <numeric>
#include <vector>

namespace assay::kernels {
namespace {

TEST(LinearVector, TilesAreWholePanels) {
  EXPECT_GE(linear_tile_rows(), 1);
  EXPECT_GE(linear_tile_columns(), kPanelColumns);
  EXPECT_EQ(linear_tile_columns() % kPanelColumns, 0);
}

TEST(MultiplyBlock, GoesOnFromWhatYHolds) {
  // Two halves of k, one after the other; x = 1, w = column + 1, k = 2 + 3.
  std::vector<float> panels;
  for (int d = 0; d < 5; ++d) {
    for (int j = 1; j <= kPanelColumns; ++j)
      panels.push_back(static_cast<float>(j));
  }
  const std::vector<float> x(5, 1.0F), bias(kPanelColumns, 100.0F), residual(kPanelColumns, -1.0F);
  std::vector<float> y(kPanelColumns, 1e9F);
  LinearBlock block{.x = x.data(),
                    .x_stride = 5,
                    .rows = 1,
                    .depth = 2,
                    .panels = panels.data(),
                    .panel_stride = 5 * kPanelColumns,
                    .columns = kPanelColumns,
                    .y = y.data(),
                    .y_stride = kPanelColumns,
                    .bias = bias.data(),
                    .is_last = false,
                    .finish = {Activation::kRelu, residual.data(), 0}};
  multiply_block(block);
  EXPECT_EQ(y[3], 100 + 2 * 4) << "the sum is not complete: nothing is finished";
  block.x += 2;
  block.depth = 3;
  block.panels += 2 * kPanelColumns;
  block.is_first = false;
  block.is_last = true;
  multiply_block(block);
  for (std::size_t j = 0; j < y.size(); ++j)
    EXPECT_EQ(y[j], 100 + 5 * static_cast<float>(j + 1) - 1) << j;
}

TEST(StreamPanels, ReadsOnlyItsColumns) {
  const std::int64_t n = 40, k = 3;
  std::vector<float> weights(static_cast<std::size_t>(n * k));
  std::iota(weights.begin(), weights.end(), 0.0F);
  std::vector<std::byte> packed(
      static_cast<std::size_t>(packed_weight_bytes(tensor::DType::kF32, n, k)));
  pack_weight(tensor::dense_view(std::as_const(weights).data(), {tensor::DType::kF32, {n, k}}),
              tensor::DType::kF32, packed);
  const std::vector<float> x{1, 0, 0};
  std::vector<float> y(10, -1.0F);
  stream_panels({.x = x.data(),
                 .x_stride = k,
                 .rows = 1,
                 .weight = {packed.data(), tensor::DType::kF32, n, k},
                 .first_column = 32,
                 .columns = 8,
                 .y = y.data(),
                 .y_stride = n});
  for (std::size_t j = 0; j < 8; ++j)
    EXPECT_EQ(y[j], static_cast<float>((32 + j) * 3));
  EXPECT_EQ(y[8], -1.0F);
}

TEST(WidenPanels, TakesAPartAndAppliesScales) {
  const std::int64_t n = 20, k = 6;
  std::vector<std::int8_t> weights(static_cast<std::size_t>(n * k));
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<std::int8_t>(i);
  std::vector<std::byte> packed(
      static_cast<std::size_t>(packed_weight_bytes(tensor::DType::kI8, n, k)));
  pack_weight(tensor::dense_view(std::as_const(weights).data(), {tensor::DType::kI8, {n, k}}),
              tensor::DType::kI8, packed);
  std::vector<float> scales(static_cast<std::size_t>(n));
  std::iota(scales.begin(), scales.end(), 1.0F);
  std::vector<float> wide(2 * 16 + 1, -1.0F);
  widen_panels({packed.data(), tensor::DType::kI8, n, k, scales.data()}, 16, 4, 3, 2, wide.data());
  for (std::int64_t d = 0; d < 2; ++d) {
    for (std::int64_t j = 0; j < 4; ++j) {
      const auto integer = static_cast<float>((16 + j) * k + 3 + d);
      EXPECT_EQ(wide[static_cast<std::size_t>(d * 16 + j)], integer * static_cast<float>(17 + j));
    }
  }
  EXPECT_EQ(wide.back(), -1.0F);
}

}  // namespace
}  // namespace assay::kernels
