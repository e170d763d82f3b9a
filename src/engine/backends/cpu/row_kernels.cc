// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/row_kernels.h"

#include "engine/kernels/cpu/activation.h"
#include "engine/kernels/cpu/copy.h"
#include "engine/kernels/cpu/elementwise.h"
#include "engine/kernels/cpu/embedding.h"
#include "engine/kernels/cpu/norm.h"
#include "engine/kernels/cpu/softmax.h"

namespace assay::cpu {
namespace {

using backend::KernelCall;
using backend::KernelRequest;
using kernels::Combination;
using tensor::ConstAnyView;
using tensor::DType;
using tensor::TensorView;

KernelPointer own(FunctionKernel::Function function) {
  return make_function_kernel("own", std::move(function));
}

bool is_f32(const KernelRequest& request, std::size_t index = 0) {
  return request.operands[index]->type.dtype == DType::kF32;
}

const float* floats_or_null(const KernelCall& call, std::size_t index) {
  return index < call.operands.size() ? static_cast<const float*>(call.operands[index].data)
                                      : nullptr;
}

Result<KernelPointer> make_combination(Combination combination, const KernelRequest& request,
                                       const CpuContext& context) {
  if (!is_f32(request)) return KernelPointer();
  return own([combination, threads = context.threads](const KernelCall& call) {
    const TensorView<float> y = call.result.as<float>();
    combine(combination, kernels::broadcast_to(call.operands[0].as<float>(), y.shape()),
            kernels::broadcast_to(call.operands[1].as<float>(), y.shape()), y, threads);
    return Result<void>();
  });
}

}  // namespace

KernelPointer make_copy_kernel(int threads) {
  return own([threads](const KernelCall& call) {
    kernels::copy(call.operands[0], call.result, threads);
    return Result<void>();
  });
}

Result<KernelPointer> make_moved_reshape(const KernelRequest& /*request*/,
                                         const CpuContext& context) {
  return own([threads = context.threads](const KernelCall& call) {
    const ConstAnyView& x = call.operands[0];
    kernels::copy(x, tensor::dense_view(call.result.data, x.type), threads);
    return Result<void>();
  });
}

Result<KernelPointer> make_concat(const KernelRequest& request, const CpuContext& context) {
  const std::int64_t axis = request.node.attributes.integer("axis");
  const int at = static_cast<int>(axis < 0 ? axis + request.result.shape.rank() : axis);
  return own([at, threads = context.threads](const KernelCall& call) {
    kernels::concat(call.operands, at, call.result, threads);
    return Result<void>();
  });
}

Result<KernelPointer> make_cast(const KernelRequest& /*request*/, const CpuContext& context) {
  return make_copy_kernel(context.threads);
}

Result<KernelPointer> make_embedding(const KernelRequest& request, const CpuContext& context) {
  const kernels::PackedWeight* packed = context.packed.find(request.operands[0]->weight);
  const bool is_integer = request.operands[0]->type.dtype == DType::kI8;
  if (is_integer) return KernelPointer();
  return own([packed, threads = context.threads](const KernelCall& call) {
    const TensorView<const std::int32_t> ids = call.operands[1].as<std::int32_t>();
    const TensorView<float> y = call.result.as<float>();
    if (packed != nullptr) return kernels::embedding(*packed, ids, y, threads);
    return kernels::embedding(call.operands[0], ids, y, threads);
  });
}

Result<KernelPointer> make_take_rows(const KernelRequest& request, const CpuContext& /*context*/) {
  if (!is_f32(request)) return KernelPointer();
  return own([](const KernelCall& call) {
    return kernels::take_rows(call.operands[0].as<float>(), call.operands[1].as<std::int32_t>(),
                              call.result.as<float>());
  });
}

Result<KernelPointer> make_add(const KernelRequest& request, const CpuContext& context) {
  return make_combination(Combination::kAdd, request, context);
}

Result<KernelPointer> make_multiply(const KernelRequest& request, const CpuContext& context) {
  return make_combination(Combination::kMultiply, request, context);
}

Result<KernelPointer> make_scale(const KernelRequest& request, const CpuContext& context) {
  if (!is_f32(request)) return KernelPointer();
  const auto factor = static_cast<float>(request.node.attributes.number("factor"));
  return own([factor, threads = context.threads](const KernelCall& call) {
    kernels::scale(call.operands[0].as<float>(), factor, call.result.as<float>(), threads);
    return Result<void>();
  });
}

Result<KernelPointer> make_activation(const KernelRequest& request, const CpuContext& context) {
  if (!is_f32(request)) return KernelPointer();
  const auto kind = *kernels::parse_activation(request.node.attributes.text("kind"));
  return own([kind, threads = context.threads](const KernelCall& call) {
    const auto count = static_cast<std::size_t>(*tensor::element_count(call.result.type.shape));
    const std::span<const float> x(static_cast<const float*>(call.operands[0].data), count);
    const std::span<float> y(static_cast<float*>(call.result.data), count);
    kernels::activate(kind, x, y, threads);
    return Result<void>();
  });
}

Result<KernelPointer> make_softmax(const KernelRequest& /*request*/, const CpuContext& context) {
  return own([threads = context.threads](const KernelCall& call) {
    kernels::softmax(call.operands[0].as<float>(), call.result.as<float>(), threads);
    return Result<void>();
  });
}

Result<KernelPointer> make_layer_norm(const KernelRequest& request, const CpuContext& context) {
  const double epsilon = request.node.attributes.number("epsilon");
  return own([epsilon, threads = context.threads](const KernelCall& call) {
    kernels::layer_norm(call.operands[0].as<float>(), floats_or_null(call, 1),
                        floats_or_null(call, 2), epsilon, call.result.as<float>(), threads);
    return Result<void>();
  });
}

Result<KernelPointer> make_rms_norm(const KernelRequest& request, const CpuContext& context) {
  const double epsilon = request.node.attributes.number("epsilon");
  return own([epsilon, threads = context.threads](const KernelCall& call) {
    kernels::rms_norm(call.operands[0].as<float>(), floats_or_null(call, 1), epsilon,
                      call.result.as<float>(), threads);
    return Result<void>();
  });
}

bool accepts_any(const backend::OperandSite& /*operand*/, int /*index*/) {
  return true;
}

bool accepts_rows(const backend::OperandSite& operand, int /*index*/) {
  const int rank = operand.type.shape.rank();
  return rank == 0 || operand.type.shape[rank - 1] <= 1 || operand.strides[rank - 1] == 1;
}

}  // namespace assay::cpu
