// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/sdpa.h"

#include "engine/kernels/reference/attention.h"

namespace assay::kernels {
namespace {

using tensor::TensorView;

std::vector<double> load(TensorView<const float> view) {
  return load_elements({view.data(), {tensor::DType::kF32, view.shape()}, view.strides()});
}

template <class Out>
void attend_all(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<Out> out) {
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
  const std::vector<double> query = load(inputs.q[row.batch][row.head][row.query]);
  return attend({.query = query,
                 .keys = load(keys),
                 .values = load(values),
                 .seen = keys_seen(row.query, keys.extent(0), options.causal),
                 .scale = static_cast<double>(options.scale)});
}

void sdpa_reference(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<double> out) {
  attend_all(inputs, options, out);
}

void sdpa_reference(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<float> out) {
  attend_all(inputs, options, out);
}

}  // namespace assay::kernels
