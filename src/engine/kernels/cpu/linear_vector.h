// SPDX-License-Identifier: MIT
// The vector code of products with a packed weight, one thread's share at a time. Written once with
// Highway, compiled for every instruction set, chosen when the program runs. packed_linear divides
// the work among threads and calls these.
#pragma once

#include <cstdint>

#include "engine/kernels/activation.h"
#include "engine/kernels/cpu/packed_weight.h"

namespace assay::kernels {

/// What the register tile of this machine holds: rows of x, columns of y. 12 x 32 with 32 registers
/// of 512 bits, 6 x 16 with 16 of 256.
std::int64_t linear_tile_rows();
std::int64_t linear_tile_columns();

/// At most so many rows go through stream_panels: more do not fit its registers beside the weights.
inline constexpr std::int64_t kStreamRows = 6;

/// What happens to a row of y once its sum is complete: y = activation(sum) + residual.
struct LinearFinish {
  Activation activation = Activation::kNone;
  const float* residual = nullptr;  ///< Where that of the first row and column stands; may be null.
  std::int64_t residual_stride = 0;
};

/// y[rows, columns] (+)= x[rows, depth] panels, with the panels in f32.
struct LinearBlock {
  const float* x = nullptr;
  std::int64_t x_stride = 0;
  std::int64_t rows = 0;
  std::int64_t depth = 0;
  const float* panels = nullptr;
  std::int64_t panel_stride = 0;  ///< Floats from one panel to the next.
  std::int64_t columns = 0;       ///< The last panel may be partly used.
  const float* next = nullptr;  ///< The panels of the block after this one, as far apart, or null:
                                ///< fetched into the L2 cache meanwhile.
  float* y = nullptr;
  std::int64_t y_stride = 0;
  const float* bias = nullptr;  ///< [columns] or null; only where is_first.
  bool is_first = true;         ///< Starts from the bias; else from what y holds.
  bool is_last = true;          ///< The sum is complete: finish.
  LinearFinish finish = {};
};
void multiply_block(const LinearBlock& block);

/// y[rows, columns] = x[rows, k] of columns [first_column, first_column + columns) of the weight,
/// whose first column is the first of a panel; rows <= kStreamRows. Reads the weight once, in its
/// own type.
struct LinearStream {
  const float* x = nullptr;
  std::int64_t x_stride = 0;
  std::int64_t rows = 0;
  PackedWeight weight = {};
  std::int64_t first_column = 0;
  std::int64_t columns = 0;
  float* y = nullptr;  ///< Of the first row and column.
  std::int64_t y_stride = 0;
  const float* bias = nullptr;  ///< Of the first column, or null.
  LinearFinish finish = {};
};
void stream_panels(const LinearStream& stream);

/// `depth` of each of `columns` / 16 panels, from `first_column` and `first_depth` on, as f32 with
/// the scales applied: [panel][depth][16].
void widen_panels(const PackedWeight& weight, std::int64_t first_column, std::int64_t columns,
                  std::int64_t first_depth, std::int64_t depth, float* widened);

}  // namespace assay::kernels
