// SPDX-License-Identifier: MIT
// What LibTorch has no single op for and tracing cannot follow, because it depends on the values of
// tensors: ops of our own, made of ATen calls and registered with LibTorch under `assay::`.
#pragma once

#include <ATen/ATen.h>

#include <string>

namespace assay::torch_backend {

/// `indexes`, after a look at each: one outside [0, size) is an error that names it.
at::Tensor checked_indexes(const at::Tensor& indexes, std::int64_t size, const std::string& what);

/// softmax(scale q k^T) v with q [B, T, H, D], k and v [B, Hk, S, D]; `seen`, where defined, is
/// broadcast to [B, Hk, H / Hk, T, S]. A query that sees nothing gives 0. The result is [B, T, H,
/// D].
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const at::Tensor& seen, double scale);

/// The operands of the op cached_attention.
struct CachedOperands {
  at::Tensor q, k, v, past, counts, keys, values;
};
at::Tensor call_cached_attention(const CachedOperands& operands, double scale);

}  // namespace assay::torch_backend
