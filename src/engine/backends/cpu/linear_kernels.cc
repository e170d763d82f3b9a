// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/linear_kernels.h"

#include <algorithm>

#include "engine/backends/cpu/autotune.h"
#include "engine/kernels/cpu/activation.h"
#include "engine/kernels/cpu/dynamic_linear.h"
#include "engine/kernels/cpu/gemm.h"
#include "engine/kernels/cpu/packed_linear.h"

namespace assay::cpu {
namespace {

using backend::KernelCall;
using backend::KernelRequest;
using kernels::Activation;
using kernels::LinearBlocking;
using kernels::LinearEpilogue;
using kernels::PackedWeight;
using tensor::ConstAnyView;
using tensor::Dims;
using tensor::TensorView;

/// What a linear node asks for, read once.
struct LinearPlan {
  std::int64_t m = 0;
  Activation activation = Activation::kNone;
  int bias = -1;  ///< Operand indexes; -1 without.
  int residual = -1;
};

LinearPlan plan_of(const KernelRequest& request, int bias, int residual) {
  const auto has = [&](int index) {
    const auto at = static_cast<std::size_t>(index);
    return at < request.operands.size() && request.operands[at].has_value();
  };
  LinearPlan plan;
  plan.m = 1;
  for (int axis = 0; axis + 1 < request.result.shape.rank(); ++axis) {
    plan.m *= request.result.shape[axis];
  }
  plan.activation = *kernels::parse_activation(request.node.attributes.text("activation"));
  plan.bias = has(bias) ? bias : -1;
  plan.residual = has(residual) ? residual : -1;
  return plan;
}

/// x as [m, k] with one distance between rows, which linear_accepts has made sure of.
TensorView<const float> matrix_of(const ConstAnyView& x, std::int64_t m) {
  const int rank = x.type.shape.rank();
  const std::int64_t k = x.type.shape[rank - 1];
  std::int64_t distance = k;
  for (int axis = rank - 2; axis >= 0; --axis) {
    if (x.type.shape[axis] == 1) continue;
    distance = x.strides[axis];
    break;
  }
  return {static_cast<const float*>(x.data), Dims{m, k}, Dims{distance, 1}};
}

LinearEpilogue epilogue_of(const KernelCall& call, const LinearPlan& plan, std::int64_t n) {
  LinearEpilogue epilogue;
  epilogue.activation = plan.activation;
  if (plan.bias >= 0) {
    epilogue.bias =
        static_cast<const float*>(call.operands[static_cast<std::size_t>(plan.bias)].data);
  }
  if (plan.residual >= 0) {
    const ConstAnyView& residual = call.operands[static_cast<std::size_t>(plan.residual)];
    epilogue.residual = {static_cast<const float*>(residual.data), Dims{plan.m, n}};
  }
  return epilogue;
}

class PackedLinear : public backend::Kernel {
 public:
  PackedLinear(const PackedWeight& weight, LinearPlan plan, int scales, TunedBlocking tuned,
               int threads)
      : weight_(weight),
        plan_(plan),
        scales_(scales),
        blocking_(tuned.blocking),
        choice_(tuned.choice),
        threads_(threads) {}

  Result<void> run(const KernelCall& call) override {
    PackedWeight weight = weight_;
    if (scales_ >= 0) {
      weight.scales =
          static_cast<const float*>(call.operands[static_cast<std::size_t>(scales_)].data);
    }
    const TensorView<float> y(static_cast<float*>(call.result.data), Dims{plan_.m, weight.n});
    packed_linear(matrix_of(call.operands[0], plan_.m), weight, epilogue_of(call, plan_, weight.n),
                  y, blocking_, call.scratch, threads_);
    return {};
  }
  std::string name() const override {
    return format("packed {}, {}", tensor::to_text(weight_.stored), to_text(blocking_));
  }
  Bytes scratch() const override {
    return Bytes(packed_linear_scratch(weight_, blocking_, threads_));
  }
  backend::Choice choice() const override { return choice_; }

 private:
  PackedWeight weight_;
  LinearPlan plan_;
  int scales_;  // Operand index; -1 without.
  LinearBlocking blocking_;
  backend::Choice choice_;
  int threads_;
};

Result<KernelPointer> make_packed(const CpuContext& context, const PackedWeight& weight,
                                  LinearPlan plan, int scales) {
  TunedBlocking tuned{kernels::default_blocking(plan.m, weight.n, weight.k, context.threads),
                      backend::Choice::kRule};
  if (context.mode == backend::CompileMode::kMaxAutotune && plan.m > 0) {
    const WeightIn place = weight_in(context.packed.size(), context.threads);
    ASSAY_TRY(tuned, tuned_blocking({weight, plan.m, context.threads, place}, context.winners));
  }
  return KernelPointer(
      std::make_unique<PackedLinear>(weight, plan, scales, tuned, context.threads));
}

/// Weight and rows of x in integers.
KernelPointer make_dynamic(const PackedWeight& packed, const LinearPlan& plan, int threads) {
  const auto multiply = [packed, plan, threads](const KernelCall& call) {
    PackedWeight weight = packed;
    weight.scales = static_cast<const float*>(call.operands[2].data);
    const TensorView<float> y(static_cast<float*>(call.result.data), Dims{plan.m, weight.n});
    dynamic_linear(matrix_of(call.operands[0], plan.m), weight, epilogue_of(call, plan, weight.n),
                   y, call.scratch, threads);
    return Result<void>();
  };
  return make_function_kernel("packed i8, rows in i8", multiply,
                              Bytes(kernels::dynamic_linear_scratch(plan.m, packed.k, threads)));
}

/// The product by OpenBLAS, then a pass over the result for the rest.
Result<void> linear_by_openblas(const KernelCall& call, const LinearPlan& plan) {
  const TensorView<const float> x = matrix_of(call.operands[0], plan.m);
  const TensorView<const float> weight = call.operands[1].as<float>();
  const std::int64_t n = weight.extent(0);
  const TensorView<float> y(static_cast<float*>(call.result.data), Dims{plan.m, n});
  if (y.empty()) return {};
  ASSAY_TRY_VOID(kernels::gemm_openblas(x, weight, {.a = false, .b = true}, y));
  const LinearEpilogue epilogue = epilogue_of(call, plan, n);
  for (std::int64_t row = 0; row < plan.m; ++row) {
    float* out = y.data() + row * n;
    for (std::int64_t i = 0; epilogue.bias != nullptr && i < n; ++i) {
      out[i] += epilogue.bias[i];
    }
    const std::span<float> whole(out, static_cast<std::size_t>(n));
    kernels::activate_row(plan.activation, whole);
    const float* residual = epilogue.residual.data();
    for (std::int64_t i = 0; residual != nullptr && i < n; ++i) {
      out[i] += residual[row * n + i];
    }
  }
  return {};
}

}  // namespace

Result<KernelPointer> make_linear(const KernelRequest& request, const CpuContext& context) {
  const LinearPlan plan = plan_of(request, 2, 3);
  const PackedWeight* packed = context.packed.find(request.operands[1]->weight);
  if (packed != nullptr) return make_packed(context, *packed, plan, -1);
  if (request.operands[1]->type.dtype != tensor::DType::kF32) return KernelPointer();
  return make_function_kernel(
      "OpenBLAS sgemm", [plan](const KernelCall& call) { return linear_by_openblas(call, plan); });
}

Result<KernelPointer> make_quantised_linear(const KernelRequest& request,
                                            const CpuContext& context) {
  const LinearPlan plan = plan_of(request, 3, 4);
  const PackedWeight* packed = context.packed.find(request.operands[1]->weight);
  if (packed == nullptr) return KernelPointer();
  if (request.node.attributes.text("mode") == "dynamic") {
    // Another node may have had a weight packed that is too deep for sums in 32 bits.
    if (packed->k > kernels::kDynamicDepthMax) return KernelPointer();
    return make_dynamic(*packed, plan, context.threads);
  }
  return make_packed(context, *packed, plan, 2);
}

bool linear_accepts(const backend::OperandSite& operand, int index) {
  if (index != 0) return false;
  const Dims& shape = operand.type.shape;
  const int rank = shape.rank();
  if (rank < 1 || (operand.strides[rank - 1] != 1 && shape[rank - 1] != 1)) return false;
  // Every axis above the rows must continue them evenly.
  std::int64_t rows = 1;
  std::int64_t distance = 0;
  for (int axis = rank - 2; axis >= 0; --axis) {
    if (shape[axis] == 1) continue;
    if (distance == 0) {
      distance = operand.strides[axis];
    } else if (operand.strides[axis] != distance * rows) {
      return false;
    }
    rows *= shape[axis];
  }
  return distance == 0 || distance >= shape[rank - 1];
}

}  // namespace assay::cpu
