// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/cached_attention.h"

#include "engine/kernels/reference/attention.h"

namespace assay::kernels {
namespace {

struct RowState {
  std::int64_t past = 0;
  std::int64_t count = 0;
};

Result<std::vector<RowState>> read_rows(const CachedAttentionInputs& inputs,
                                        std::int64_t capacity) {
  std::vector<RowState> rows;
  const std::int64_t tokens = inputs.q.type.shape[1];
  for (std::int64_t b = 0; b < inputs.q.type.shape[0]; ++b) {
    const RowState row{.past = static_cast<std::int64_t>(load_element(inputs.past, b)),
                       .count = static_cast<std::int64_t>(load_element(inputs.counts, b))};
    if (row.count < 0 || row.count > tokens) {
      return Error::user("counts[{}] is {}; expected 0 to {}", b, row.count, tokens);
    }
    if (row.past < 0 || row.past + row.count > capacity) {
      return Error::user(
          "past[{}] is {} and counts[{}] is {}; expected a sum of at most {}, what the cache holds",
          b, row.past, b, row.count, capacity);
    }
    rows.push_back(row);
  }
  return rows;
}

/// New tokens [B, T, Hk, D] into the cache [B, Hk, S, D].
void append(const ConstAnyView& fresh, std::span<const RowState> rows, const AnyView& cache) {
  const tensor::Dims& from = fresh.type.shape;
  const std::int64_t capacity = cache.type.shape[2];
  for (std::int64_t b = 0; b < from[0]; ++b) {
    const RowState& row = rows[static_cast<std::size_t>(b)];
    for (std::int64_t i = 0; i < row.count * from[2] * from[3]; ++i) {
      const std::int64_t d = i % from[3];
      const std::int64_t h = i / from[3] % from[2];
      const std::int64_t t = i / from[3] / from[2];
      const std::int64_t to = ((b * from[2] + h) * capacity + row.past + t) * from[3] + d;
      store_element(cache, to,
                    load_element(fresh, ((b * from[1] + t) * from[2] + h) * from[3] + d));
    }
  }
}

/// The first `count` keys or values of one head, [count, D].
std::vector<double> load_cached(const AnyView& cache, std::int64_t batch, std::int64_t head,
                                std::int64_t count) {
  const std::int64_t offset =
      (batch * cache.strides[0] + head * cache.strides[1]) * tensor::size_of(cache.type.dtype);
  return load_elements({static_cast<const std::byte*>(cache.data) + offset,
                        {cache.type.dtype, {count, cache.type.shape[3]}},
                        {cache.strides[2], cache.strides[3]}});
}

void attend_head(const ConstAnyView& q, const RowState& row, const KeyValueCache& cache,
                 std::int64_t batch, std::int64_t head, double scale, const AnyView& y) {
  const tensor::Dims& shape = q.type.shape;
  const std::int64_t cached_head = head / (shape[2] / cache.keys.type.shape[1]);
  const std::int64_t held = row.past + row.count;
  const std::vector<double> keys = load_cached(cache.keys, batch, cached_head, held);
  const std::vector<double> values = load_cached(cache.values, batch, cached_head, held);
  for (std::int64_t t = 0; t < shape[1]; ++t) {
    const std::int64_t first = ((batch * shape[1] + t) * shape[2] + head) * shape[3];
    std::vector<double> query;
    for (std::int64_t d = 0; d < shape[3]; ++d)
      query.push_back(load_element(q, first + d));
    const bool is_token = t < row.count;
    const std::vector<double> result = attend({.query = query,
                                               .keys = keys,
                                               .values = values,
                                               .seen = is_token ? row.past + t + 1 : 0,
                                               .scale = scale});
    for (std::int64_t d = 0; d < shape[3]; ++d)
      store_element(y, first + d, result[static_cast<std::size_t>(d)]);
  }
}

}  // namespace

Result<void> cached_attention_reference(const CachedAttentionInputs& inputs, double scale,
                                        const KeyValueCache& cache, const AnyView& y) {
  ASSAY_TRY(const std::vector<RowState> rows, read_rows(inputs, cache.keys.type.shape[2]));
  append(inputs.k, rows, cache.keys);
  append(inputs.v, rows, cache.values);
  for (std::int64_t b = 0; b < inputs.q.type.shape[0]; ++b) {
    for (std::int64_t h = 0; h < inputs.q.type.shape[2]; ++h)
      attend_head(inputs.q, rows[static_cast<std::size_t>(b)], cache, b, h, scale, y);
  }
  return {};
}

}  // namespace assay::kernels
