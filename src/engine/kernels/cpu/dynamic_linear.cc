// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/dynamic_linear.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include "engine/kernels/parallel.h"

// Arrays of vectors need types of known size, which those of SVE are not: NEON serves there.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/dynamic_linear.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"

using Words = hn::ScalableTag<std::int32_t>;
using Word = hn::Vec<Words>;
constexpr int kWordLanes = static_cast<int>(hn::MaxLanes(Words()));
constexpr int kAcross = kPanelColumns / kWordLanes;  ///< Vectors of one panel.
constexpr int kRowsAtOnce = kAcross == 1 ? 8 : kAcross == 2 ? 4 : 2;

/// to[j] = from[j] / scale to nearest even; the scale that it returns is NaN where the row is not
/// finite, and its integers 0.
float RoundRow(const float* from, std::int64_t count, std::int16_t* to) {
  float largest = 0;
  bool is_finite = true;
  for (std::int64_t i = 0; i < count; ++i) {
    largest = std::max(largest, std::abs(from[i]));
    is_finite = is_finite && std::isfinite(from[i]);
  }
  const float scale = largest / 127.0F;
  if (!is_finite || scale == 0) {
    std::fill_n(to, count, std::int16_t{0});
    return is_finite ? 0.0F : std::nanf("");
  }
  // In double precision: a quotient that is rounded to f32 first could be moved onto a half.
  const hn::ScalableTag<double> f64;
  const hn::Rebind<float, decltype(f64)> f32;
  const hn::Rebind<std::int32_t, decltype(f64)> i32;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f64));
  const auto by = hn::Set(f64, static_cast<double>(scale));
  HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)] = {};
  HWY_ALIGN std::int32_t integers[HWY_MAX_BYTES / sizeof(float)];
  for (std::int64_t i = 0; i < count; i += lanes) {
    const std::int64_t used = std::min(lanes, count - i);
    std::copy_n(from + i, used, rest);
    const auto quotient = hn::Div(hn::PromoteTo(f64, hn::Load(f32, rest)), by);
    hn::Store(hn::DemoteTo(i32, hn::Round(quotient)), i32, integers);
    for (std::int64_t j = 0; j < used; ++j)
      to[i + j] = static_cast<std::int16_t>(std::clamp(integers[j], -127, 127));
  }
  return scale;
}

/// [depth / 2][16][2]: the two weights of a pair of depths stand beside one another.
void PairPanel(const std::int8_t* panel, std::int64_t depth, std::int16_t* pairs) {
  for (std::int64_t d = 0; d < depth; d += 2) {
    const std::int8_t* first = panel + d * kPanelColumns;
    const bool has_second = d + 1 < depth;
    for (std::int64_t j = 0; j < kPanelColumns; ++j) {
      pairs[2 * j] = first[j];
      pairs[2 * j + 1] = has_second ? first[kPanelColumns + j] : std::int16_t{0};
    }
    pairs += 2 * kPanelColumns;
  }
}

struct IntegerTile {
  const std::int16_t* x;  ///< [rows, 2 * pairs]
  std::int64_t x_stride;
  const std::int16_t* panel;
  std::int64_t pairs;
  std::int32_t* sums;  ///< [rows, 16]
};

template <int kRows>
HWY_NOINLINE void sum_tile(const IntegerTile& tile) {
  constexpr auto kBound = static_cast<std::size_t>(kRows);
#if HWY_TARGET == HWY_SCALAR
  std::fill_n(tile.sums, kBound * kPanelColumns, 0);
  for (std::int64_t p = 0; p < tile.pairs; ++p) {
    for (int i = 0; i < kRows; ++i) {
      const std::int16_t* x = tile.x + i * tile.x_stride + 2 * p;
      const std::int16_t* w = tile.panel + 2 * p * kPanelColumns;
      for (std::int64_t j = 0; j < kPanelColumns; ++j)
        tile.sums[i * kPanelColumns + j] += x[0] * w[2 * j] + x[1] * w[2 * j + 1];
    }
  }
#else
  const Words i32;
  const hn::Repartition<std::int16_t, Words> i16;
  Word sums[kBound][static_cast<std::size_t>(kAcross)];
  Word others[kBound][static_cast<std::size_t>(kAcross)];  // x86 leaves them 0.
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kAcross; ++v)
      sums[i][v] = others[i][v] = hn::Zero(i32);
  }
  for (std::int64_t p = 0; p < tile.pairs; ++p) {
    const std::int16_t* weights = tile.panel + 2 * p * kPanelColumns;
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      std::int32_t pair = 0;
      std::memcpy(&pair, tile.x + i * tile.x_stride + 2 * p, sizeof(pair));
      const auto x = hn::BitCast(i16, hn::Set(i32, pair));
#pragma GCC unroll 16
      for (int v = 0; v < kAcross; ++v) {
        sums[i][v] = hn::ReorderWidenMulAccumulate(
            i32, x, hn::LoadU(i16, weights + 2 * v * kWordLanes), sums[i][v], others[i][v]);
      }
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kAcross; ++v) {
      hn::StoreU(hn::RearrangeToOddPlusEven(sums[i][v], others[i][v]), i32,
                 tile.sums + i * kPanelColumns + v * kWordLanes);
    }
  }
#endif
}

using SumTile = void (*)(const IntegerTile&);

template <int... kRow>
constexpr std::array<SumTile, sizeof...(kRow)> sum_tiles(std::integer_sequence<int, kRow...>) {
  return {&sum_tile<kRow + 1>...};
}

void MultiplyPanel(const IntegerPanel& work) {
  static constexpr auto kTiles = sum_tiles(std::make_integer_sequence<int, kRowsAtOnce>{});
  alignas(64) std::int32_t sums[static_cast<std::size_t>(kRowsAtOnce * kPanelColumns)];
  for (std::int64_t row = 0; row < work.rows; row += kRowsAtOnce) {
    const std::int64_t rows = std::min<std::int64_t>(kRowsAtOnce, work.rows - row);
    kTiles[static_cast<std::size_t>(rows - 1)](
        {work.x + row * work.x_stride, work.x_stride, work.panel, work.pairs, sums});
    for (std::int64_t i = 0; i < rows; ++i) {
      float* y = work.y + (row + i) * work.y_stride;
      const float scale = work.x_scales[row + i];
      for (std::int64_t j = 0; j < work.columns; ++j) {
        const auto sum = static_cast<float>(sums[i * kPanelColumns + j]);
        y[j] = sum * scale * work.scales[j] + (work.bias != nullptr ? work.bias[j] : 0.0F);
      }
      const float* residual = work.residual;
      if (residual != nullptr) residual += (row + i) * work.residual_stride;
      if (residual == nullptr && work.activation == Activation::kNone) continue;
      with_activation(work.activation, [&](auto kind) {
        activate_all<decltype(kind)::value>(y, residual, y, work.columns);
      });
    }
  }
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(RoundRow);
HWY_EXPORT(PairPanel);
HWY_EXPORT(MultiplyPanel);

namespace {

using tensor::TensorView;

constexpr std::int64_t kLine = 64;

/// Where the parts of the scratch start, in bytes: the integers of x, their scales, then a paired
/// panel for each thread.
struct Parts {
  std::int64_t depth;  ///< Rounded up to pairs.
  std::int64_t scales;
  std::int64_t panels;
  std::int64_t panel_bytes;
};

Parts parts_of(std::int64_t m, std::int64_t k) {
  Parts parts{};
  parts.depth = tensor::round_up(k, 2);
  parts.scales = tensor::round_up(m * parts.depth * 2, kLine);
  parts.panels = parts.scales + tensor::round_up(m * 4, kLine);
  parts.panel_bytes = parts.depth * kPanelColumns * 2;
  return parts;
}

void check_call(TensorView<const float> x, const PackedWeight& weight,
                const LinearEpilogue& epilogue, TensorView<float> y) {
  ASSAY_CHECK(weight.stored == tensor::DType::kI8, "dynamic products take weights in i8");
  ASSAY_CHECK_EQ(x.extent(1), weight.k, "x and the weight agree in k");
  ASSAY_CHECK(y.extent(0) == x.extent(0) && y.extent(1) == weight.n, "y is [m, n]");
  ASSAY_CHECK_LE(weight.k, kDynamicDepthMax, "a sum of products fits 32 bits");
  ASSAY_CHECK(epilogue.residual.data() == nullptr || epilogue.residual.shape() == y.shape(),
              "the residual is as large as y");
}

}  // namespace

std::int64_t dynamic_linear_scratch(std::int64_t m, std::int64_t k, int threads) {
  const Parts parts = parts_of(m, k);
  return parts.panels + threads * parts.panel_bytes + kLine;
}

void dynamic_linear(TensorView<const float> x, const PackedWeight& weight,
                    const LinearEpilogue& epilogue, TensorView<float> y,
                    std::span<std::byte> scratch, int threads) {
  check_call(x, weight, epilogue, y);
  const std::int64_t m = x.extent(0);
  ASSAY_CHECK_GE(std::ssize(scratch), dynamic_linear_scratch(m, weight.k, threads),
                 "a product has the scratch it asked for");
  if (y.empty()) return;
  const Parts parts = parts_of(m, weight.k);
  const auto misplaced =
      static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(scratch.data()) % kLine);
  std::byte* base = scratch.data() + (kLine - misplaced) % kLine;
  auto* integers = reinterpret_cast<std::int16_t*>(base);
  auto* scales = reinterpret_cast<float*>(base + parts.scales);
  for_each_part(m, 8192 / (weight.k + 1) + 1, threads, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t i = first; i < end; ++i) {
      std::int16_t* row = integers + i * parts.depth;
      if (parts.depth > weight.k) row[weight.k] = 0;
      scales[i] = HWY_DYNAMIC_DISPATCH(RoundRow)(x.data() + i * x.stride(0), weight.k, row);
    }
  });
  const TensorView<const float>& residual = epilogue.residual;
  const std::int64_t panels = (weight.n + kPanelColumns - 1) / kPanelColumns;
  for_each_task(panels, threads, [&](std::int64_t panel, int thread) {
    const std::int64_t column = panel * kPanelColumns;
    auto* pairs = reinterpret_cast<std::int16_t*>(base + parts.panels + thread * parts.panel_bytes);
    HWY_DYNAMIC_DISPATCH(PairPanel)
    (reinterpret_cast<const std::int8_t*>(weight.data) + column * weight.k, weight.k, pairs);
    HWY_DYNAMIC_DISPATCH(MultiplyPanel)
    ({.x = integers,
      .x_stride = parts.depth,
      .x_scales = scales,
      .rows = m,
      .panel = pairs,
      .pairs = parts.depth / 2,
      .scales = weight.scales + column,
      .columns = std::min(kPanelColumns, weight.n - column),
      .bias = epilogue.bias == nullptr ? nullptr : epilogue.bias + column,
      .activation = epilogue.activation,
      .residual = residual.data() == nullptr ? nullptr : residual.data() + column,
      .residual_stride = residual.data() == nullptr ? 0 : residual.leading_dimension(),
      .y = y.data() + column,
      .y_stride = y.leading_dimension()});
  });
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
