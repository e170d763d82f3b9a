// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/attention.h"

#include <algorithm>

#include "engine/kernels/reference/softmax.h"

namespace assay::kernels {
namespace {

/// [tokens, D] of one head of one batch row.
std::vector<double> load_head(const ConstAnyView& x, std::int64_t batch, std::int64_t head) {
  const std::int64_t offset =
      (batch * x.strides[0] + head * x.strides[2]) * tensor::size_of(x.type.dtype);
  return load_elements({static_cast<const std::byte*>(x.data) + offset,
                        {x.type.dtype, {x.type.shape[1], x.type.shape[3]}},
                        {x.strides[1], x.strides[3]}});
}

std::int64_t length_of(const AttentionInputs& inputs, std::int64_t batch) {
  const std::int64_t keys = inputs.k.type.shape[1];
  if (!is_given(inputs.lengths)) return keys;
  return std::clamp(static_cast<std::int64_t>(load_element(inputs.lengths, batch)), std::int64_t{0},
                    keys);
}

void attend_head(const AttentionInputs& inputs, const AttentionOptions& options, std::int64_t batch,
                 std::int64_t head, const AnyView& y) {
  const tensor::Dims& shape = inputs.q.type.shape;
  const std::int64_t group = shape[2] / inputs.k.type.shape[2];
  const std::vector<double> queries = load_head(inputs.q, batch, head);
  const std::vector<double> keys = load_head(inputs.k, batch, head / group);
  const std::vector<double> values = load_head(inputs.v, batch, head / group);
  const std::int64_t length = length_of(inputs, batch);
  const auto dim = static_cast<std::size_t>(shape[3]);
  for (std::int64_t t = 0; t < shape[1]; ++t) {
    const std::vector<double> result =
        attend({.query = std::span(queries).subspan(static_cast<std::size_t>(t) * dim, dim),
                .keys = keys,
                .values = values,
                .seen = options.causal ? std::min(t + 1, length) : length,
                .scale = options.scale});
    const std::int64_t first = ((batch * shape[1] + t) * shape[2] + head) * shape[3];
    for (std::size_t d = 0; d < dim; ++d)
      store_element(y, first + static_cast<std::int64_t>(d), result[d]);
  }
}

}  // namespace

std::vector<double> attend(const AttentionRow& row) {
  const std::size_t dim = row.query.size();
  std::vector<double> weights;
  for (std::int64_t s = 0; s < row.seen; ++s) {
    const double* key = row.keys.data() + static_cast<std::size_t>(s) * dim;
    weights.push_back(row.scale * dot(row.query.data(), key, std::ssize(row.query)));
  }
  softmax_row(weights);
  std::vector<double> result(dim, 0.0);
  for (std::size_t s = 0; s < weights.size(); ++s) {
    for (std::size_t d = 0; d < dim; ++d)
      result[d] += weights[s] * row.values[s * dim + d];
  }
  return result;
}

void attention_reference(const AttentionInputs& inputs, const AttentionOptions& options,
                         const AnyView& y) {
  for (std::int64_t b = 0; b < inputs.q.type.shape[0]; ++b) {
    for (std::int64_t h = 0; h < inputs.q.type.shape[2]; ++h)
      attend_head(inputs, options, b, h, y);
  }
}

}  // namespace assay::kernels
