// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/packed_linear.h"

#include <algorithm>

#include "engine/kernels/cpu/linear_vector.h"
#include "engine/kernels/parallel.h"

namespace assay::kernels {
namespace {

using tensor::TensorView;

constexpr std::int64_t kLine = 64;
constexpr std::int64_t kStreamPanelsMin = 2;  ///< Of one thread.

struct Call {
  TensorView<const float> x;
  PackedWeight weight;
  LinearEpilogue epilogue;
  TensorView<float> y;
  LinearBlocking blocking;
  std::byte* scratch;  ///< Starts a cache line.
};

LinearFinish finish_from(const Call& call, std::int64_t row, std::int64_t column) {
  LinearFinish finish{.activation = call.epilogue.activation};
  const TensorView<const float>& residual = call.epilogue.residual;
  if (residual.data() != nullptr) {
    finish.residual_stride = residual.leading_dimension();
    finish.residual = residual.data() + row * finish.residual_stride + column;
  }
  return finish;
}

const float* bias_from(const Call& call, std::int64_t column) {
  return call.epilogue.bias == nullptr ? nullptr : call.epilogue.bias + column;
}

std::int64_t thread_scratch(const LinearBlocking& blocking) {
  return blocking.columns * blocking.depth * static_cast<std::int64_t>(sizeof(float));
}

void stream_part(const Call& call, std::int64_t first, std::int64_t end) {
  stream_panels({.x = call.x.data(),
                 .x_stride = call.x.leading_dimension(),
                 .rows = call.x.extent(0),
                 .weight = call.weight,
                 .first_column = first,
                 .columns = end - first,
                 .y = call.y.data() + first,
                 .y_stride = call.y.leading_dimension(),
                 .bias = bias_from(call, first),
                 .finish = finish_from(call, 0, first)});
}

/// The panels of the block that this thread is likely to need next: deeper ones, or those of the
/// next columns once the last rows are reached. Null where they are the same, or there are none.
const float* panels_after(const Call& call, std::int64_t row, std::int64_t column,
                          std::int64_t first) {
  const PackedWeight& weight = call.weight;
  if (weight.stored != tensor::DType::kF32 || weight.k == 0) return nullptr;
  const auto* packed = reinterpret_cast<const float*>(weight.data);
  const std::int64_t deeper = first + call.blocking.depth;
  if (deeper < weight.k) return packed + column * weight.k + deeper * kPanelColumns;
  const std::int64_t next = column + call.blocking.columns;
  const bool is_last_row = row + call.blocking.rows >= call.x.extent(0);
  return is_last_row && next < weight.n ? packed + next * weight.k : nullptr;
}

/// Rows x columns of y, through all of k.
void multiply_task(const Call& call, std::int64_t row, std::int64_t column, int thread) {
  const PackedWeight& weight = call.weight;
  const std::int64_t columns = std::min(call.blocking.columns, weight.n - column);
  LinearBlock block{.x_stride = call.x.leading_dimension(),
                    .rows = std::min(call.blocking.rows, call.x.extent(0) - row),
                    .columns = columns,
                    .y = call.y.data() + row * call.y.leading_dimension() + column,
                    .y_stride = call.y.leading_dimension(),
                    .bias = bias_from(call, column),
                    .finish = finish_from(call, row, column)};
  std::int64_t first = 0;
  do {  // Once even for k = 0: y is the bias then.
    block.depth = std::min(call.blocking.depth, weight.k - first);
    block.x = call.x.data() + row * block.x_stride + first;
    block.next = panels_after(call, row, column, first);
    if (weight.stored == tensor::DType::kF32) {
      const auto* packed = reinterpret_cast<const float*>(weight.data);
      block.panels = packed + column * weight.k + first * kPanelColumns;
      block.panel_stride = weight.k * kPanelColumns;
    } else {
      auto* widened =
          reinterpret_cast<float*>(call.scratch + thread * thread_scratch(call.blocking));
      widen_panels(weight, column, columns, first, block.depth, widened);
      block.panels = widened;
      block.panel_stride = block.depth * kPanelColumns;
    }
    block.is_first = first == 0;
    first += block.depth;
    block.is_last = first >= weight.k;
    multiply_block(block);
  } while (first < weight.k);
}

void check_call(const Call& call) {
  const std::int64_t m = call.x.extent(0);
  ASSAY_CHECK_EQ(call.x.extent(1), call.weight.k, "x and the weight agree in k");
  ASSAY_CHECK_EQ(call.y.extent(0), m, "x and y have the same rows");
  ASSAY_CHECK_EQ(call.y.extent(1), call.weight.n, "y and the weight agree in n");
  ASSAY_CHECK(is_packable(call.weight.stored), "a weight is stored as f32, f16, bf16 or i8");
  const bool is_i8 = call.weight.stored == tensor::DType::kI8;
  ASSAY_CHECK(call.weight.n == 0 || is_i8 == (call.weight.scales != nullptr),
              "i8 and only i8 has scales");
  if (call.epilogue.residual.data() != nullptr) {
    ASSAY_CHECK(call.epilogue.residual.shape() == call.y.shape(), "the residual is as large as y");
  }
  ASSAY_CHECK(!call.blocking.is_stream || m <= kStreamRows, "only few rows can be streamed");
  ASSAY_CHECK(call.blocking.rows > 0 && call.blocking.columns > 0 && call.blocking.depth > 0 &&
                  call.blocking.columns % kPanelColumns == 0,
              "a blocking cuts into pieces, of whole panels");
}

}  // namespace

std::int64_t packed_linear_scratch(const PackedWeight& weight, const LinearBlocking& blocking,
                                   int threads) {
  if (weight.stored == tensor::DType::kF32 || blocking.is_stream) return 0;
  return threads * thread_scratch(blocking) + kLine;
}

void packed_linear(TensorView<const float> x, const PackedWeight& weight,
                   const LinearEpilogue& epilogue, TensorView<float> y,
                   const LinearBlocking& blocking, std::span<std::byte> scratch, int threads) {
  const auto misplaced =
      static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(scratch.data()) % kLine);
  const Call call{x, weight, epilogue, y, blocking, scratch.data() + (kLine - misplaced) % kLine};
  check_call(call);
  ASSAY_CHECK_GE(std::ssize(scratch), packed_linear_scratch(weight, blocking, threads),
                 "a product has the scratch it asked for");
  if (y.empty()) return;
  if (blocking.is_stream) {
    const std::int64_t panels = (weight.n + kPanelColumns - 1) / kPanelColumns;
    for_each_part(panels, kStreamPanelsMin, threads, [&](std::int64_t first, std::int64_t end) {
      stream_part(call, first * kPanelColumns, std::min(end * kPanelColumns, weight.n));
    });
    return;
  }
  const std::int64_t down = (x.extent(0) + blocking.rows - 1) / blocking.rows;
  const std::int64_t across = (weight.n + blocking.columns - 1) / blocking.columns;
  for_each_task(down * across, threads, [&](std::int64_t task, int thread) {
    // Tasks that use the same columns follow one another: their weights are still in a cache.
    multiply_task(call, task % down * blocking.rows, task / down * blocking.columns, thread);
  });
}

}  // namespace assay::kernels
