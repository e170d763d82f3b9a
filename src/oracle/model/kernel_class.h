// SPDX-License-Identifier: MIT
// Kinds of kernels that a machine is alike good at. Every op of a plan belongs to one.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay::oracle {

enum class KernelClass : std::uint8_t {
  kProduct,      ///< Matrix products: linear, quantised_linear, matmul.
  kConvolution,  ///< conv2d.
  kAttention,    ///< attention, cached_attention.
  kNorm,         ///< Norms and softmax: rows that are read more than once.
  kElementwise,  ///< One result from what stands in its place.
  kMove,         ///< Arithmetic hardly matters: copies, casts, concatenations, look-ups.
};
inline constexpr int kKernelClassCount = 6;

std::string_view to_text(KernelClass kind);  ///< "product", "convolution", ...
KernelClass class_of_op(std::string_view op);

}  // namespace assay::oracle
