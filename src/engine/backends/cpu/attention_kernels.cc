// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/attention_kernels.h"

#include "engine/kernels/cpu/gemm.h"
#include "engine/kernels/cpu/rotary.h"
#include "engine/kernels/cpu/sdpa.h"

namespace assay::cpu {
namespace {

using backend::KernelCall;
using backend::KernelRequest;
using kernels::SdpaKernel;
using tensor::ConstAnyView;
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

/// [B, T, H, D] seen as [B, H, T, D].
template <class View>
auto heads_first(const View& view) {
  auto typed = view.template as<float>();
  Dims shape = typed.shape();
  Dims strides = typed.strides();
  std::swap(shape[1], shape[2]);
  std::swap(strides[1], strides[2]);
  return decltype(typed)(typed.data(), shape, strides);
}

class Attention : public backend::Kernel {
 public:
  Attention(const KernelRequest& request, int threads)
      : options_{.scale = static_cast<float>(request.node.attributes.number("scale")),
                 .causal = request.node.attributes.integer("causal") != 0,
                 .threads = threads} {
    const Dims& q = request.operands[0]->type.shape;
    sizes_ = {.batch = q[0],
              .heads = q[2],
              .seq_q = q[1],
              .seq_k = request.operands[1]->type.shape[1],
              .head_dim = q[3]};
  }

  Result<void> run(const KernelCall& call) override {
    const std::span<float> scratch(reinterpret_cast<float*>(call.scratch.data()),
                                   call.scratch.size() / sizeof(float));
    sdpa_flash({.q = heads_first(call.operands[0]),
                .k = heads_first(call.operands[1]),
                .v = heads_first(call.operands[2])},
               options_, heads_first(call.result), scratch);
    return {};
  }
  std::string name() const override { return "flash"; }
  Bytes scratch() const override {
    return Bytes(kernels::sdpa_flash_scratch(sizes_, options_.threads) *
                 static_cast<std::int64_t>(sizeof(float)));
  }

 private:
  kernels::SdpaOptions options_;
  kernels::SdpaSizes sizes_;
};

}  // namespace

Result<KernelPointer> make_matmul(const KernelRequest& request, const CpuContext& /*context*/) {
  const bool transpose_b = request.node.attributes.integer("transpose_b") != 0;
  return make_function_kernel("OpenBLAS sgemm", [transpose_b](const KernelCall& call) {
    return batched_matmul(call, transpose_b);
  });
}

Result<KernelPointer> make_attention(const KernelRequest& request, const CpuContext& context) {
  const bool has_lengths = request.operands.size() > 3 && request.operands[3].has_value();
  const bool is_grouped = request.operands[0]->type.shape[2] != request.operands[1]->type.shape[2];
  if (has_lengths || is_grouped) return KernelPointer();
  return KernelPointer(std::make_unique<Attention>(request, context.threads));
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
