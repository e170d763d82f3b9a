// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/flash_attention.h"

#include <algorithm>

#include "engine/kernels/cpu/sdpa_vector.h"
#include "engine/kernels/parallel.h"

namespace assay::kernels {
namespace {

using tensor::ConstAnyView;
using tensor::TensorView;

/// Queries from which on a tile of them, most of it empty, is faster than one by one: a tile costs
/// as much as 16 queries.
constexpr std::int64_t kFewQueries = 4;
constexpr std::int64_t kLineFloats = 16;

struct Call {
  FlashInputs inputs;
  FlashOptions options;
  TensorView<float> y;
  std::int64_t heads, queries, keys, head_dim, group;
};

std::int64_t thread_floats(std::int64_t queries, std::int64_t keys, std::int64_t head_dim) {
  std::int64_t floats = attend_scratch_size(head_dim);
  if (queries <= kFewQueries) floats = std::max(floats, attend_few_scratch_size(keys));
  return tensor::round_up(floats, kLineFloats);
}

ConstAnyView head_of(const ConstAnyView& tensor, std::int64_t b, std::int64_t h) {
  const std::int64_t at = b * tensor.strides[0] + h * tensor.strides[1];
  const auto* data = static_cast<const std::byte*>(tensor.data);
  return {data + at * tensor::size_of(tensor.type.dtype),
          {tensor.type.dtype, {tensor.type.shape[2], tensor.type.shape[3]}},
          {tensor.strides[2], tensor.strides[3]}};
}

std::int64_t entry_of(const std::int32_t* values, std::int64_t b, std::int64_t otherwise) {
  return values == nullptr ? otherwise : std::clamp<std::int64_t>(values[b], 0, otherwise);
}

/// What a block of queries of entry b, from query `first` on, sees in the keys of head `kv_head`.
QueryBlock block_of(const Call& call, std::int64_t b, std::int64_t kv_head, std::int64_t first) {
  const FlashInputs& inputs = call.inputs;
  const std::int64_t past = inputs.past == nullptr ? 0 : inputs.past[b];
  const std::int64_t limit = entry_of(inputs.lengths, b, call.keys);
  return {.queries = {},
          .keys = head_of(inputs.k, b, kv_head),
          .values = head_of(inputs.v, b, kv_head),
          .limit = limit,
          .seen_first = call.options.causal ? past + first + 1 : limit,
          .more_per_row = call.options.causal ? 1 : 0,
          .scale = call.options.scale,
          .out = {}};
}

void clear(TensorView<float> rows) {
  for (std::int64_t i = 0; i < rows.extent(0); ++i) {
    for (std::int64_t d = 0; d < rows.extent(1); ++d)
      rows.data()[i * rows.stride(0) + d * rows.stride(1)] = 0;
  }
}

/// Queries [first, first + rows) of one head.
void attend_rows(const Call& call, std::int64_t b, std::int64_t h, std::int64_t first,
                 std::int64_t rows, bool is_few, float* scratch) {
  const std::int64_t exist =
      std::clamp<std::int64_t>(entry_of(call.inputs.counts, b, call.queries) - first, 0, rows);
  const TensorView<float> y = call.y[b][h].narrow(0, first, rows);
  clear(y.narrow(0, exist, rows - exist));
  if (exist == 0) return;
  QueryBlock block = block_of(call, b, h / call.group, first);
  block.queries = call.inputs.q[b][h].narrow(0, first, exist);
  block.out = y.narrow(0, 0, exist);
  is_few ? attend_few(block, scratch) : attend(block, scratch);
}

/// One query of each head that reads the same keys: they read them together.
void attend_group(const Call& call, std::int64_t b, std::int64_t kv_head, float* scratch) {
  const std::int64_t end = (kv_head + 1) * call.group;
  for (std::int64_t h = kv_head * call.group; h < end; h += kFewRows) {
    const std::int64_t rows = std::min(kFewRows, end - h);
    const auto one_query = [&](auto tensor) {
      return decltype(tensor)(tensor.data() + b * tensor.stride(0) + h * tensor.stride(1),
                              {rows, call.head_dim}, {tensor.stride(1), tensor.stride(3)});
    };
    if (entry_of(call.inputs.counts, b, 1) == 0) {
      clear(one_query(call.y));
      continue;
    }
    QueryBlock block = block_of(call, b, kv_head, 0);
    block.more_per_row = 0;  // The rows are heads of one and the same query.
    block.queries = one_query(call.inputs.q);
    block.out = one_query(call.y);
    attend_few(block, scratch);
  }
}

bool heads_touch(const Call& call) {
  const auto touches = [](const auto& strides) { return strides[3] == 1; };
  return call.head_dim <= 1 ||
         (touches(call.inputs.q.strides()) && touches(call.inputs.k.strides) &&
          touches(call.inputs.v.strides) && touches(call.y.strides()));
}

Call checked_call(const FlashInputs& inputs, const FlashOptions& options, TensorView<float> y) {
  const tensor::Dims& k = inputs.k.type.shape;
  ASSAY_CHECK(inputs.q.rank() == 4 && k.rank() == 4, "attention is over [B, H, T, D]");
  ASSAY_CHECK(y.shape() == inputs.q.shape(), "y is as large as q");
  ASSAY_CHECK(inputs.v.type == inputs.k.type, "keys and values are alike");
  ASSAY_CHECK(
      inputs.k.type.dtype == tensor::DType::kF32 || inputs.k.type.dtype == tensor::DType::kF16,
      "keys are f32 or f16");
  ASSAY_CHECK(k[0] == inputs.q.extent(0) && k[3] == inputs.q.extent(3), "q and k fit together");
  const std::int64_t heads = inputs.q.extent(1);
  ASSAY_CHECK(heads == 0 || (k[1] > 0 && heads % k[1] == 0), "heads share keys evenly");
  return {inputs, options, y, heads, inputs.q.extent(2), k[2], k[3], heads == 0 ? 1 : heads / k[1]};
}

}  // namespace

std::int64_t flash_attention_scratch(std::int64_t queries, std::int64_t keys, std::int64_t head_dim,
                                     int threads) {
  return threads * thread_floats(queries, keys, head_dim) + kLineFloats;
}

void flash_attention(const FlashInputs& inputs, const FlashOptions& options, TensorView<float> y,
                     std::span<float> scratch) {
  const Call call = checked_call(inputs, options, y);
  const std::int64_t part = thread_floats(call.queries, call.keys, call.head_dim);
  ASSAY_CHECK_GE(std::ssize(scratch), options.threads * part + kLineFloats,
                 "flash attention has the scratch it asked for");
  if (y.empty()) return;
  const auto misplaced = static_cast<std::int64_t>(
      reinterpret_cast<std::uintptr_t>(scratch.data()) / sizeof(float) % kLineFloats);
  float* aligned = scratch.data() + (kLineFloats - misplaced) % kLineFloats;
  const std::int64_t batch = y.extent(0);
  const bool is_few = call.queries <= kFewQueries && heads_touch(call);
  if (is_few && call.queries == 1) {
    const std::int64_t kv_heads = call.heads / call.group;
    for_each_task(batch * kv_heads, options.threads, [&](std::int64_t task, int thread) {
      attend_group(call, task / kv_heads, task % kv_heads, aligned + thread * part);
    });
    return;
  }
  const std::int64_t blocks = (call.queries + kBlockRows - 1) / kBlockRows;
  for_each_task(batch * call.heads * blocks, options.threads, [&](std::int64_t task, int thread) {
    // The last queries of a causal head see most keys: they go first.
    const std::int64_t first = (blocks - 1 - task % blocks) * kBlockRows;
    const std::int64_t head = task / blocks;
    attend_rows(call, head / call.heads, head % call.heads, first,
                std::min(kBlockRows, call.queries - first), is_few, aligned + thread * part);
  });
}

}  // namespace assay::kernels
