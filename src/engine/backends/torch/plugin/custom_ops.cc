// SPDX-License-Identifier: MIT
#include "engine/backends/torch/plugin/custom_ops.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <algorithm>
#include <limits>

namespace assay::torch_backend {
namespace {

using at::Tensor;

Tensor checked_indexes_kernel(const Tensor& indexes, std::int64_t size, c10::string_view what) {
  const Tensor dense = indexes.contiguous();
  const auto* data = dense.data_ptr<std::int32_t>();
  for (std::int64_t i = 0; i < dense.numel(); ++i) {
    TORCH_CHECK(data[i] >= 0 && data[i] < size, std::string(what.data(), what.size()), " ", data[i],
                " at ", i, " is outside 0 to ", size - 1);
  }
  return indexes;
}

/// One row of the batch as `past` and `counts` describe it.
struct CacheRow {
  std::int64_t past = 0;
  std::int64_t count = 0;
  bool operator==(const CacheRow&) const = default;
};

/// Every row is checked before anything is written.
std::vector<CacheRow> rows_of(const Tensor& past, const Tensor& counts, std::int64_t tokens,
                              std::int64_t room) {
  const Tensor starts = past.contiguous();
  const Tensor lengths = counts.contiguous();
  std::vector<CacheRow> rows;
  for (std::int64_t b = 0; b < starts.numel(); ++b) {
    const CacheRow row{starts.data_ptr<std::int32_t>()[b], lengths.data_ptr<std::int32_t>()[b]};
    TORCH_CHECK(
        row.past >= 0 && row.count >= 0 && row.count <= tokens && row.past + row.count <= room,
        "row ", b, ": past ", row.past, " and counts ", row.count, " of ", tokens,
        " new tokens do not fit the cache of ", room);
    rows.push_back(row);
  }
  return rows;
}

void append(const Tensor& added, const CacheRow& row, const Tensor& cache) {
  cache.narrow(1, row.past, row.count).copy_(added.narrow(0, 0, row.count).transpose(0, 1));
}

/// Queries past .. past + count - 1 of a batch whose rows are alike.
Tensor attend_to_cache(const Tensor& q, const CacheRow& row, const Tensor& keys,
                       const Tensor& values, double scale) {
  const std::int64_t length = row.past + row.count;
  Tensor seen;
  if (row.count > 1) {
    const Tensor queries = at::arange(row.past, length, at::kInt).unsqueeze(1);
    seen = at::arange(length, at::kInt) <= queries;
  }
  return attend(q, keys.narrow(2, 0, length).to(at::kFloat),
                values.narrow(2, 0, length).to(at::kFloat), seen, scale);
}

Tensor cached_attention_kernel(const Tensor& q, const Tensor& k, const Tensor& v,
                               const Tensor& past, const Tensor& counts, Tensor keys, Tensor values,
                               double scale) {
  const std::vector<CacheRow> rows = rows_of(past, counts, q.size(1), keys.size(2));
  for (std::size_t b = 0; b < rows.size(); ++b) {
    const auto at = static_cast<std::int64_t>(b);
    append(k[at], rows[b], keys[at]);
    append(v[at], rows[b], values[at]);
  }
  const auto is_alike = [&](const CacheRow& row) { return row == rows[0]; };
  if (!rows.empty() && rows[0].count == q.size(1) && std::ranges::all_of(rows, is_alike)) {
    return attend_to_cache(q, rows[0], keys, values, scale);
  }
  Tensor result = at::zeros(q.sizes(), q.options());
  for (std::size_t b = 0; b < rows.size(); ++b) {
    if (rows[b].count == 0) continue;
    const auto at = static_cast<std::int64_t>(b);
    const Tensor queries = q.narrow(0, at, 1).narrow(1, 0, rows[b].count);
    result.narrow(0, at, 1)
        .narrow(1, 0, rows[b].count)
        .copy_(attend_to_cache(queries, rows[b], keys.narrow(0, at, 1), values.narrow(0, at, 1),
                               scale));
  }
  return result;
}

/// By name through the dispatcher, so that a tracer sees the call.
template <class Signature>
const c10::TypedOperatorHandle<Signature>& operator_of(const char* name) {
  static const auto handle =
      c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
  return handle;
}

}  // namespace

TORCH_LIBRARY(assay, library) {
  library.def("checked_indexes(Tensor(a) indexes, int size, str what) -> Tensor(a)");
  library.def(
      "cached_attention(Tensor q, Tensor k, Tensor v, Tensor past, Tensor counts, "
      "Tensor(a!) keys, Tensor(b!) values, float scale) -> Tensor");
}

TORCH_LIBRARY_IMPL(assay, CompositeExplicitAutograd, library) {
  library.impl("checked_indexes", checked_indexes_kernel);
  library.impl("cached_attention", cached_attention_kernel);
}

Tensor checked_indexes(const Tensor& indexes, std::int64_t size, const std::string& what) {
  using Signature = Tensor(const Tensor&, std::int64_t, c10::string_view);
  return operator_of<Signature>("assay::checked_indexes").call(indexes, size, what);
}

Tensor call_cached_attention(const CachedOperands& operands, double scale) {
  using Signature = Tensor(const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                           const Tensor&, Tensor, Tensor, double);
  return operator_of<Signature>("assay::cached_attention")
      .call(operands.q, operands.k, operands.v, operands.past, operands.counts, operands.keys,
            operands.values, scale);
}

Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& seen, double scale) {
  const std::int64_t batch = q.size(0);
  const std::int64_t tokens = q.size(1);
  const std::int64_t heads = q.size(2);
  const std::int64_t dim = q.size(3);
  const std::int64_t groups = k.size(1);
  const std::int64_t keys = k.size(2);
  // Heads of one group stand one behind the other and share their keys in one product.
  const Tensor grouped =
      q.permute({0, 2, 1, 3}).reshape({batch, groups, heads / groups * tokens, dim});
  Tensor scores = at::matmul(grouped, k.transpose(-1, -2)) * scale;
  if (!seen.defined()) {
    scores = at::softmax(scores, -1);
  } else {
    const Tensor hidden = at::logical_not(seen);
    scores = scores.view({batch, groups, heads / groups, tokens, keys})
                 .masked_fill(hidden, -std::numeric_limits<double>::infinity());
    scores = at::softmax(scores, -1)
                 .masked_fill(hidden, 0)
                 .view({batch, groups, heads / groups * tokens, keys});
  }
  return at::matmul(scores, v).view({batch, heads, tokens, dim}).permute({0, 2, 1, 3});
}

}  // namespace assay::torch_backend
