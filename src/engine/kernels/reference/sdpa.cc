// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/sdpa.h"

#include <cmath>

namespace assay::kernels {
namespace {

using tensor::TensorView;

double dot(TensorView<const float> x, TensorView<const float> y) {
  double sum = 0;
  for (std::int64_t d = 0; d < x.extent(0); ++d) {
    sum += static_cast<double>(x.data()[d * x.stride(0)]) *
           static_cast<double>(y.data()[d * y.stride(0)]);
  }
  return sum;
}

/// exp(score - largest score): the weights before they are divided by their sum.
std::vector<double> weights_of(TensorView<const float> query, TensorView<const float> keys,
                               double scale, std::int64_t seen) {
  std::vector<double> weights;
  double largest = -HUGE_VAL;
  for (std::int64_t j = 0; j < seen; ++j) {
    weights.push_back(scale * dot(query, keys[j]));
    largest = std::max(largest, weights.back());
  }
  for (double& weight : weights)
    weight = std::exp(weight - largest);
  return weights;
}

template <class Out>
void attend(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<Out> out) {
  const SdpaSizes sizes = sdpa_sizes(inputs, out.shape());
  for (std::int64_t b = 0; b < sizes.batch; ++b) {
    for (std::int64_t h = 0; h < sizes.heads; ++h) {
      for (std::int64_t i = 0; i < sizes.seq_q; ++i) {
        const std::vector<double> row = sdpa_reference_row(inputs, options, {b, h, i});
        const TensorView<Out> target = out[b][h][i];
        for (std::int64_t d = 0; d < sizes.head_dim; ++d) {
          target.at(d) = static_cast<Out>(row[static_cast<std::size_t>(d)]);
        }
      }
    }
  }
}

}  // namespace

std::vector<double> sdpa_reference_row(const SdpaInputs& inputs, const SdpaOptions& options,
                                       const SdpaRow& row) {
  const TensorView<const float> keys = inputs.k[row.batch][row.head];
  const TensorView<const float> values = inputs.v[row.batch][row.head];
  const std::int64_t seen = keys_seen(row.query, keys.extent(0), options.causal);
  const std::vector<double> weights = weights_of(inputs.q[row.batch][row.head][row.query], keys,
                                                 static_cast<double>(options.scale), seen);
  std::vector<double> result(static_cast<std::size_t>(values.extent(1)), 0.0);
  double total = 0;
  for (std::int64_t j = 0; j < seen; ++j) {
    const double weight = weights[static_cast<std::size_t>(j)];
    const TensorView<const float> value = values[j];
    total += weight;
    for (std::int64_t d = 0; d < value.extent(0); ++d) {
      result[static_cast<std::size_t>(d)] +=
          weight * static_cast<double>(value.data()[d * value.stride(0)]);
    }
  }
  if (seen > 0) {
    for (double& element : result)
      element /= total;
  }
  return result;
}

void sdpa_reference(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<double> out) {
  attend(inputs, options, out);
}

void sdpa_reference(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<float> out) {
  attend(inputs, options, out);
}

}  // namespace assay::kernels
