// SPDX-License-Identifier: MIT
// Scaled dot-product attention, its sizes and its settings:
//   out[b, h, i, :] = sum_j softmax_j(scale * q[b, h, i, :] . k[b, h, j, :]) v[b, h, j, :]
// q and out are [batch, heads, seq_q, head_dim]; k and v are [batch, heads, seq_k, head_dim].
// Causal: query i sees keys 0..i (aligned at the top left, as PyTorch's is_causal is). A query that
// sees no key gives zeros.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/tensor/comparison.h"
#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

struct SdpaSizes {
  std::int64_t batch = 0;
  std::int64_t heads = 0;
  std::int64_t seq_q = 0;
  std::int64_t seq_k = 0;
  std::int64_t head_dim = 0;
};

struct SdpaOptions {
  float scale = 1;  ///< Explicit, because 1/sqrt(head_dim) of a padded tensor is another function.
  bool causal = false;
  int threads = 1;
};

struct SdpaInputs {
  tensor::TensorView<const float> q;
  tensor::TensorView<const float> k;
  tensor::TensorView<const float> v;
};

/// Checked: tensors that do not fit together are a bug of the caller.
SdpaSizes sdpa_sizes(const SdpaInputs& inputs, const tensor::Dims& out);

/// How many keys query `row` sees.
inline std::int64_t keys_seen(std::int64_t row, std::int64_t seq_k, bool causal) {
  return causal ? std::min(row + 1, seq_k) : seq_k;
}

/// Rounding that any correct kernel in f32 may show against the fp64 reference. A score is a sum of
/// head_dim products; its absolute error, which grows with how large scores are, is the relative
/// error of a weight; the output is a sum of seq_k weighted values. The two walks add.
tensor::Tolerance sdpa_tolerance(const SdpaInputs& inputs, const SdpaOptions& options);

/// Multiply-adds of both products, masked pairs left out.
double sdpa_multiply_adds(const SdpaSizes& sizes, bool causal);

}  // namespace assay::kernels
