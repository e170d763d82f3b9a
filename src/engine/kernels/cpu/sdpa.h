// SPDX-License-Identifier: MIT
// Attention on the CPU, in two ways that give the same answer:
//   math   three separate steps, each finished for all heads before the next begins, as a framework
//          without a fused kernel does: scores by library products, softmax over rows, products
//          with the values. Its scores take batch * heads * seq_q * seq_k floats.
//   flash  one pass over tiles with an online softmax. Memory grows with seq_k, not its square.
// Both take scratch memory from the caller, so that no allocation is ever inside a timed region.
#pragma once

#include <span>
#include <string>

#include "core/result.h"
#include "engine/kernels/sdpa_sizes.h"

namespace assay::kernels {

/// Floats of scratch. With fewer `heads_at_once` than there are, math takes its three steps for so
/// many heads at a time: less memory, and a stronger baseline where the scores then fit a cache.
std::int64_t sdpa_math_scratch(const SdpaSizes& sizes, std::int64_t heads_at_once);
std::int64_t sdpa_flash_scratch(const SdpaSizes& sizes, int threads);

/// As many heads at once as `scratch` holds, at least one. Rows of every tensor must be contiguous
/// (OpenBLAS).
Result<void> sdpa_math(const SdpaInputs& inputs, const SdpaOptions& options,
                       tensor::TensorView<float> out, std::span<float> scratch);
/// Any strides.
void sdpa_flash(const SdpaInputs& inputs, const SdpaOptions& options, tensor::TensorView<float> out,
                std::span<float> scratch);

enum class SdpaKernel : std::uint8_t { kMath, kFlash };
std::string_view to_text(SdpaKernel kernel);

/// The dispatcher: which kernel a call of these sizes should use, and why.
struct SdpaChoice {
  SdpaKernel kernel = SdpaKernel::kFlash;
  std::string reason;
};
SdpaChoice choose_sdpa(const SdpaSizes& sizes);

}  // namespace assay::kernels
