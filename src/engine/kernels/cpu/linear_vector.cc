// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/linear_vector.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

// Arrays of vectors need types of known size, which those of SVE are not: NEON serves there. SSSE3
// adds nothing to SSE4 but compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/linear_vector.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"
// After the vector functions.
#include "engine/kernels/cpu/register_tile.inc"

using FinishRow = void (*)(const float*, const float*, float*, std::int64_t);

FinishRow finish_of(Activation activation) {
  FinishRow finish = nullptr;
  with_activation(activation, [&](auto kind) { finish = &activate_all<decltype(kind)::value>; });
  return finish;
}

/// Calculates one tile of a block: from (row, column), rows x columns of it.
class TileWork {
 public:
  explicit TileWork(const LinearBlock& block)
      : block_(block), finish_(finish_of(block.finish.activation)) {}

  /// How far the rows are through the block: `part` of `parts` of the next one is fetched.
  void fetch_meanwhile(std::int64_t part, std::int64_t parts) {
    part_ = part;
    parts_ = parts;
  }

  void calculate(std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns) {
    const bool is_whole = columns % kPanelColumns == 0;
    float* y = block_.y + row * block_.y_stride + column;
    RegisterTile tile{.x = block_.x + row * block_.x_stride,
                      .x_stride = block_.x_stride,
                      .panels = block_.panels + column / kPanelColumns * block_.panel_stride,
                      .panel_stride = block_.panel_stride,
                      .depth = block_.depth,
                      .start = zeros_,
                      .start_stride = 0,
                      .y = y,
                      .y_stride = block_.y_stride};
    if (block_.next != nullptr && part_ < parts_) fetch_beside(tile, column);
    if (!is_whole) {  // Into memory of our own, from where the columns that exist are copied.
      tile.y = edge_;
      tile.y_stride = kTileColumns;
    }
    if (!block_.is_first) {
      tile.start = tile.y;
      tile.start_stride = tile.y_stride;
      if (!is_whole) copy_rows(y, block_.y_stride, edge_, kTileColumns, rows, columns);
    } else if (block_.bias != nullptr) {
      tile.start = block_.bias + column;
      if (!is_whole) tile.start = std::copy_n(tile.start, columns, bias_) - columns;
    }
    multiply_registers<Fetches::kAhead>(tile, rows, columns);
    if (!is_whole) copy_rows(edge_, kTileColumns, y, block_.y_stride, rows, columns);
    if (block_.is_last) finish(row, rows, column, columns);
  }

 private:
  /// The part's share of the panels that come where this tile's are now.
  void fetch_beside(RegisterTile& tile, std::int64_t column) const {
    const std::int64_t panel = block_.depth * kPanelColumns;
    const std::int64_t share = (panel * kTilePanels + parts_ - 1) / parts_;
    const std::int64_t start = part_ * share;
    tile.ahead = block_.next + (column / kPanelColumns + start / panel) * block_.panel_stride +
                 start % panel;
    tile.ahead_step = (share + block_.depth - 1) / block_.depth;
  }

  static void copy_rows(const float* from, std::int64_t from_stride, float* to,
                        std::int64_t to_stride, std::int64_t rows, std::int64_t columns) {
    for (std::int64_t i = 0; i < rows; ++i)
      std::copy_n(from + i * from_stride, columns, to + i * to_stride);
  }

  void finish(std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns) {
    const LinearFinish& finish = block_.finish;
    if (finish.activation == Activation::kNone && finish.residual == nullptr) return;
    for (std::int64_t i = row; i < row + rows; ++i) {
      float* y = block_.y + i * block_.y_stride + column;
      const float* residual = finish.residual;
      if (residual != nullptr) residual += i * finish.residual_stride + column;
      finish_(y, residual, y, columns);
    }
  }

  const LinearBlock& block_;
  FinishRow finish_;
  std::int64_t part_ = 0;
  std::int64_t parts_ = 0;
  alignas(64) float zeros_[kTileColumns] = {};
  alignas(64) float bias_[kTileColumns] = {};
  alignas(64) float edge_[kTileRows * kTileColumns] = {};
};

/// Rows outside, columns inside: the tile's rows of x stay in the L1 cache while the panels of the
/// block stream by from the L2.
void MultiplyBlock(const LinearBlock& block) {
  TileWork work(block);
  const std::int64_t tiles = (block.rows + kTileRows - 1) / kTileRows;
  constexpr std::int64_t kPartsMax = kTilePanels * kPanelColumns;  // Of a float for each depth.
  for (std::int64_t t = 0; t < tiles; ++t) {  // Of nearly equal heights: 65 = 11 + 11 + ... + 10.
    const std::int64_t row = t * block.rows / tiles;
    const std::int64_t rows = (t + 1) * block.rows / tiles - row;
    work.fetch_meanwhile(t, std::min(tiles, kPartsMax));
    for (std::int64_t column = 0; column < block.columns; column += kTileColumns)
      work.calculate(row, rows, column, std::min(kTileColumns, block.columns - column));
  }
}

/// Panels that a stream of few rows reads side by side: an element of x is then repeated along a
/// vector once for all of them, which a hot weight is bound by.
template <int kRows>
constexpr int kStreamPanels = kRows* kVectors <= (kTilePanels == 1 ? 6 : 12)
                                  ? std::max(1, 4 / kVectors)
                                  : 1;
/// Sums side by side that hide the latency of a multiply-add: at least 8 where registers allow.
template <int kRows, int kPanels>
constexpr int kStreamSteps = std::max(1, 8 / (kRows * kVectors * kPanels));
constexpr std::int64_t kAheadBytes = 2048;

template <class Stored, int kRows, int kPanels>
HWY_NOINLINE void stream_panels_of(const float* x, std::int64_t x_stride, std::int64_t depth,
                                   const Stored* panels, float* sums_out) {
  const Lanes f32;
  constexpr int kSteps = kStreamSteps<kRows, kPanels>;
  constexpr int kAcross = kPanels * kVectors;
  const std::int64_t panel_stride = depth * kPanelColumns;
  Vector sums[bound(kSteps)][bound(kRows)][bound(kAcross)];
#pragma GCC unroll 64
  for (int s = 0; s < kSteps; ++s) {
#pragma GCC unroll 64
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 64
      for (int v = 0; v < kAcross; ++v)
        sums[s][i][v] = hn::Zero(f32);
    }
  }
  const auto add = [&](std::int64_t d, auto& into) HWY_ATTR {
    Vector inputs[bound(kRows)];
#pragma GCC unroll 64
    for (int i = 0; i < kRows; ++i)
      inputs[i] = hn::Set(f32, x[i * x_stride + d]);
#pragma GCC unroll 64
    for (int v = 0; v < kAcross; ++v) {
      const Stored* at = panels + v / kVectors * panel_stride + (v % kVectors) * kLanes;
      const Vector weights = load_wide(at + d * kPanelColumns);
#pragma GCC unroll 64
      for (int i = 0; i < kRows; ++i)
        into[i][v] = hn::MulAdd(inputs[i], weights, into[i][v]);
    }
  };
  constexpr std::int64_t kAhead = kAheadBytes / static_cast<std::int64_t>(sizeof(Stored));
  constexpr std::int64_t kLineSteps =
      std::max<std::int64_t>(1, 64 / (kPanelColumns * static_cast<std::int64_t>(sizeof(Stored))));
  std::int64_t d = 0;
  for (; d + kSteps <= depth; d += kSteps) {
#pragma GCC unroll 64
    for (int s = 0; s < kSteps; ++s) {
      if ((d + s) % kLineSteps == 0) {
#pragma GCC unroll 64
        for (int p = 0; p < kPanels; ++p)
          hwy::Prefetch(panels + p * panel_stride + (d + s) * kPanelColumns + kAhead);
      }
      add(d + s, sums[s]);
    }
  }
  for (; d < depth; ++d)
    add(d, sums[0]);
#pragma GCC unroll 64
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 64
    for (int v = 0; v < kAcross; ++v) {
      Vector sum = sums[0][i][v];
#pragma GCC unroll 64
      for (int s = 1; s < kSteps; ++s)
        sum = hn::Add(sum, sums[s][i][v]);
      hn::StoreU(sum, f32, sums_out + i * kPanels * kPanelColumns + v * kLanes);
    }
  }
}

/// Columns [column, column + columns) of y from their sums, whose rows are `stride` apart.
void finish_columns(const LinearStream& stream, FinishRow finish, std::int64_t column,
                    std::int64_t columns, const float* sums, std::int64_t stride) {
  const float* scales = stream.weight.scales;
  for (std::int64_t i = 0; i < stream.rows; ++i) {
    float* y = stream.y + i * stream.y_stride + column;
    const float* sum = sums + i * stride;
    for (std::int64_t j = 0; j < columns; ++j) {
      const float scale = scales != nullptr ? scales[stream.first_column + column + j] : 1.0F;
      y[j] = sum[j] * scale + (stream.bias != nullptr ? stream.bias[column + j] : 0.0F);
    }
    const float* residual = stream.finish.residual;
    if (residual != nullptr) residual += i * stream.finish.residual_stride + column;
    if (residual != nullptr || stream.finish.activation != Activation::kNone)
      finish(y, residual, y, columns);
  }
}

template <class Stored, int kRows>
void stream_all(const LinearStream& stream) {
  constexpr int kPanels = kStreamPanels<kRows>;
  constexpr std::int64_t kColumns = kPanels * kPanelColumns;
  alignas(64) float sums[bound(kRows * kColumns)];
  const FinishRow finish = finish_of(stream.finish.activation);
  const std::int64_t depth = stream.weight.k;
  const auto* weights =
      reinterpret_cast<const Stored*>(stream.weight.data) + stream.first_column * depth;
  std::int64_t column = 0;
  for (; column + kColumns - kPanelColumns < stream.columns; column += kColumns) {
    stream_panels_of<Stored, kRows, kPanels>(stream.x, stream.x_stride, depth,
                                             weights + column * depth, sums);
    finish_columns(stream, finish, column, std::min(kColumns, stream.columns - column), sums,
                   kColumns);
  }
  for (; column < stream.columns; column += kPanelColumns) {
    stream_panels_of<Stored, kRows, 1>(stream.x, stream.x_stride, depth, weights + column * depth,
                                       sums);
    finish_columns(stream, finish, column, std::min(kPanelColumns, stream.columns - column), sums,
                   kPanelColumns);
  }
}

template <class Stored>
void stream_rows(const LinearStream& stream) {
  static_assert(kStreamRows == 6);
  switch (stream.rows) {
    case 1:
      return stream_all<Stored, 1>(stream);
    case 2:
      return stream_all<Stored, 2>(stream);
    case 3:
      return stream_all<Stored, 3>(stream);
    case 4:
      return stream_all<Stored, 4>(stream);
    case 5:
      return stream_all<Stored, 5>(stream);
    default:
      return stream_all<Stored, 6>(stream);
  }
}

/// Calls `work` with a null pointer of the type in which weights are stored.
template <class Work>
void with_stored(tensor::DType stored, Work&& work) {
  switch (stored) {
    case tensor::DType::kF16:
      return work(static_cast<const tensor::Half*>(nullptr));
    case tensor::DType::kBf16:
      return work(static_cast<const tensor::Bfloat16*>(nullptr));
    case tensor::DType::kI8:
      return work(static_cast<const std::int8_t*>(nullptr));
    default:
      return work(static_cast<const float*>(nullptr));
  }
}

void StreamPanels(const LinearStream& stream) {
  with_stored(stream.weight.stored, [&](auto* type) {
    stream_rows<std::remove_const_t<std::remove_pointer_t<decltype(type)>>>(stream);
  });
}

template <class Stored>
void widen_panel(const Stored* from, std::int64_t depth, const float* scales, float* to) {
  const Lanes f32;
  Vector scale[kVectors];
  for (int v = 0; v < kVectors; ++v)
    scale[v] = hn::LoadU(f32, scales + v * kLanes);
  for (std::int64_t d = 0; d < depth; ++d) {
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t at = d * kPanelColumns + v * kLanes;
      hn::StoreU(hn::Mul(load_wide(from + at), scale[v]), f32, to + at);
    }
  }
}

void WidenPanels(const PackedWeight& weight, std::int64_t first_column, std::int64_t columns,
                 std::int64_t first_depth, std::int64_t depth, float* widened) {
  with_stored(weight.stored, [&](auto* type) {
    using Stored = std::remove_const_t<std::remove_pointer_t<decltype(type)>>;
    const auto* weights = reinterpret_cast<const Stored*>(weight.data);
    for (std::int64_t column = 0; column < columns; column += kPanelColumns) {
      alignas(64) float scales[kPanelColumns];
      std::fill_n(scales, kPanelColumns, 1.0F);
      const std::int64_t first = first_column + column;
      if (weight.scales != nullptr)
        std::copy_n(weight.scales + first, std::min(kPanelColumns, weight.n - first), scales);
      const Stored* panel = weights + first * weight.k + first_depth * kPanelColumns;
      widen_panel(panel, depth, scales, widened + column * depth);
    }
  });
}

std::int64_t TileRows() {
  return kTileRows;
}

std::int64_t TileColumns() {
  return kTileColumns;
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(MultiplyBlock);
HWY_EXPORT(StreamPanels);
HWY_EXPORT(WidenPanels);
HWY_EXPORT(TileRows);
HWY_EXPORT(TileColumns);

std::int64_t linear_tile_rows() {
  return HWY_DYNAMIC_DISPATCH(TileRows)();
}

std::int64_t linear_tile_columns() {
  return HWY_DYNAMIC_DISPATCH(TileColumns)();
}

void multiply_block(const LinearBlock& block) {
  HWY_DYNAMIC_DISPATCH(MultiplyBlock)(block);
}

void stream_panels(const LinearStream& stream) {
  ASSAY_CHECK(stream.rows >= 1 && stream.rows <= kStreamRows, "few rows are streamed");
  ASSAY_CHECK_EQ(stream.first_column % kPanelColumns, 0, "a stream starts at a panel");
  HWY_DYNAMIC_DISPATCH(StreamPanels)(stream);
}

void widen_panels(const PackedWeight& weight, std::int64_t first_column, std::int64_t columns,
                  std::int64_t first_depth, std::int64_t depth, float* widened) {
  HWY_DYNAMIC_DISPATCH(WidenPanels)(weight, first_column, columns, first_depth, depth, widened);
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
