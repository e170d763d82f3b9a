// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/flash_attention.h"
#include "engine/kernels/cpu/sdpa.h"

namespace assay::kernels {
namespace {

tensor::ConstAnyView any(const tensor::TensorView<const float>& view) {
  return {view.data(), {tensor::DType::kF32, view.shape()}, view.strides()};
}

}  // namespace

std::int64_t sdpa_flash_scratch(const SdpaSizes& sizes, int threads) {
  return flash_attention_scratch(sizes.seq_q, sizes.seq_k, sizes.head_dim, threads);
}

void sdpa_flash(const SdpaInputs& inputs, const SdpaOptions& options, tensor::TensorView<float> out,
                std::span<float> scratch) {
  (void)sdpa_sizes(inputs, out.shape());  // Checked.
  flash_attention({.q = inputs.q, .k = any(inputs.k), .v = any(inputs.v)},
                  {.scale = options.scale, .causal = options.causal, .threads = options.threads},
                  out, scratch);
}

}  // namespace assay::kernels
