// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/attention_kernels.h"

#include "engine/kernels/cpu/cached_attention.h"
#include "engine/kernels/cpu/gemm.h"
#include "engine/kernels/cpu/rotary.h"

namespace assay::cpu {
namespace {

using backend::KernelCall;
using backend::KernelRequest;
using tensor::Dims;
using tensor::TensorView;

/// The matrix at `index` of the leading axes.
template <class T>
TensorView<T> matrix_at(TensorView<T> view, std::int64_t index) {
  const int rank = view.rank();
  T* data = view.data();
  for (int axis = rank - 3; axis >= 0; --axis) {
    data += index % view.extent(axis) * view.stride(axis);
    index /= view.extent(axis);
  }
  return {data, Dims{view.extent(rank - 2), view.extent(rank - 1)},
          Dims{view.stride(rank - 2), view.stride(rank - 1)}};
}

Result<void> batched_matmul(const KernelCall& call, bool transpose_b) {
  const TensorView<const float> a = call.operands[0].as<float>();
  const TensorView<const float> b = call.operands[1].as<float>();
  const TensorView<float> y = call.result.as<float>();
  if (y.empty()) return {};
  std::int64_t batch = 1;
  for (int axis = 0; axis + 2 < y.rank(); ++axis) {
    batch *= y.extent(axis);
  }
  for (std::int64_t i = 0; i < batch; ++i) {
    ASSAY_TRY_VOID(kernels::gemm_openblas(matrix_at(a, i), matrix_at(b, i),
                                          {.a = false, .b = transpose_b}, matrix_at(y, i)));
  }
  return {};
}

std::span<float> floats_of(std::span<std::byte> scratch) {
  return {reinterpret_cast<float*>(scratch.data()), scratch.size() / sizeof(float)};
}

const std::int32_t* integers_or_null(const KernelCall& call, std::size_t index) {
  return index < call.operands.size() ? static_cast<const std::int32_t*>(call.operands[index].data)
                                      : nullptr;
}

/// Scratch for queries [B, T, H, D] over `keys` of them.
Bytes scratch_for(const Dims& q, std::int64_t keys, int threads) {
  return Bytes(kernels::flash_attention_scratch(q[1], keys, q[3], threads) *
               static_cast<std::int64_t>(sizeof(float)));
}

}  // namespace

Result<KernelPointer> make_matmul(const KernelRequest& request, const CpuContext& /*context*/) {
  const bool transpose_b = request.node.attributes.integer("transpose_b") != 0;
  return make_function_kernel("OpenBLAS sgemm", [transpose_b](const KernelCall& call) {
    return batched_matmul(call, transpose_b);
  });
}

Result<KernelPointer> make_attention(const KernelRequest& request, const CpuContext& context) {
  const kernels::FlashOptions options{
      .scale = static_cast<float>(request.node.attributes.number("scale")),
      .causal = request.node.attributes.integer("causal") != 0,
      .threads = context.threads};
  const Bytes scratch = scratch_for(request.operands[0]->type.shape,
                                    request.operands[1]->type.shape[1], context.threads);
  return make_function_kernel(
      "flash",
      [options](const KernelCall& call) {
        kernels::attention(call.operands[0].as<float>(), call.operands[1].as<float>(),
                           call.operands[2].as<float>(), integers_or_null(call, 3), options,
                           call.result.as<float>(), floats_of(call.scratch));
        return Result<void>();
      },
      scratch);
}

Result<KernelPointer> make_cached_attention(const KernelRequest& request,
                                            const CpuContext& context) {
  const kernels::FlashOptions options{
      .scale = static_cast<float>(request.node.attributes.number("scale")),
      .causal = true,
      .threads = context.threads};
  const Bytes scratch = scratch_for(request.operands[0]->type.shape,
                                    request.operands[5]->type.shape[2], context.threads);
  return make_function_kernel(
      "flash over a cache",
      [options](const KernelCall& call) {
        return kernels::cached_attention({.q = call.operands[0].as<float>(),
                                          .k = call.operands[1].as<float>(),
                                          .v = call.operands[2].as<float>(),
                                          .past = integers_or_null(call, 3),
                                          .counts = integers_or_null(call, 4)},
                                         call.states[0], call.states[1], options,
                                         call.result.as<float>(), floats_of(call.scratch));
      },
      scratch);
}

Result<KernelPointer> make_rotary(const KernelRequest& request, const CpuContext& context) {
  const auto pairing = *kernels::parse_pairing(request.node.attributes.text("pairing"));
  return make_function_kernel("own", [pairing, threads = context.threads](const KernelCall& call) {
    kernels::rotary(call.operands[0].as<float>(), call.operands[1].as<std::int32_t>(),
                    call.operands[2].as<float>(), pairing, call.result.as<float>(), threads);
    return Result<void>();
  });
}

}  // namespace assay::cpu
