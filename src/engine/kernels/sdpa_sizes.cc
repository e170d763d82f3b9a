// SPDX-License-Identifier: MIT
#include "engine/kernels/sdpa_sizes.h"

#include <cmath>

namespace assay::kernels {
namespace {

double root_mean_square(tensor::TensorView<const float> tensor) {
  double squares = 0;
  double count = 0;
  for (std::int64_t b = 0; b < tensor.extent(0); ++b) {
    for (std::int64_t h = 0; h < tensor.extent(1); ++h) {
      for (std::int64_t i = 0; i < tensor.extent(2); ++i) {
        const tensor::TensorView<const float> row = tensor[b][h][i];
        for (std::int64_t d = 0; d < row.extent(0); ++d) {
          const auto element = static_cast<double>(row.data()[d * row.stride(0)]);
          squares += element * element;
          ++count;
        }
      }
    }
  }
  return count > 0 ? std::sqrt(squares / count) : 0;
}

}  // namespace

SdpaSizes sdpa_sizes(const SdpaInputs& inputs, const tensor::Dims& out) {
  const tensor::Dims& q = inputs.q.shape();
  const tensor::Dims& k = inputs.k.shape();
  ASSAY_CHECK(q.rank() == 4 && k.rank() == 4, "sdpa takes [batch, heads, seq, head_dim]");
  ASSAY_CHECK(q == out, "the output has the shape of q");
  ASSAY_CHECK(k == inputs.v.shape(), "k and v have one shape");
  ASSAY_CHECK_EQ(q[0], k[0], "q and k have one batch");
  ASSAY_CHECK_EQ(q[1], k[1], "q and k have the same heads");
  ASSAY_CHECK_EQ(q[3], k[3], "q and k have one head_dim");
  return {.batch = q[0], .heads = q[1], .seq_q = q[2], .seq_k = k[2], .head_dim = q[3]};
}

tensor::Tolerance sdpa_tolerance(const SdpaInputs& inputs, const SdpaOptions& options) {
  const std::int64_t head_dim = inputs.q.extent(3);
  const double score = std::abs(static_cast<double>(options.scale)) * root_mean_square(inputs.q) *
                       root_mean_square(inputs.k) * std::sqrt(static_cast<double>(head_dim));
  const tensor::Tolerance scores = tolerance_for(tensor::DType::kF32, head_dim);
  const tensor::Tolerance sums = tolerance_for(tensor::DType::kF32, inputs.k.extent(2));
  return {std::max(score, 1.0) * scores.normalised + sums.normalised,
          format("{}, times scores of about {:.2g}; plus {}", scores.reason, score, sums.reason)};
}

double sdpa_multiply_adds(const SdpaSizes& sizes, bool causal) {
  const auto rows = static_cast<double>(sizes.seq_q);
  const auto keys = static_cast<double>(sizes.seq_k);
  double pairs = rows * keys;
  if (causal) {  // A triangle, then whole rows below it.
    const double triangle = std::min(rows, keys);
    pairs = triangle * (triangle + 1) / 2 + (rows - triangle) * keys;
  }
  return 2 * static_cast<double>(sizes.batch * sizes.heads) * pairs *
         static_cast<double>(sizes.head_dim);
}

}  // namespace assay::kernels
