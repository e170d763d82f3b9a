// SPDX-License-Identifier: MIT
#include "engine/plan/reference_factory.h"

#include <algorithm>
#include <array>

#include "engine/kernels/reference/elementwise.h"
#include "engine/kernels/reference/linear.h"
#include "engine/kernels/reference/matmul.h"
#include "engine/kernels/reference/movement.h"
#include "engine/kernels/reference/norm.h"
#include "engine/kernels/reference/quantise.h"
#include "engine/kernels/reference/reduce.h"
#include "engine/kernels/reference/row_lookup.h"
#include "engine/kernels/reference/softmax.h"
#include "engine/plan/reference_ops.h"

namespace assay::plan {
namespace {

using backend::KernelCall;
using graph::Attributes;
using kernels::ConstAnyView;

/// The operand at `index`; without data where it was left out.
const ConstAnyView& at(const KernelCall& call, std::size_t index) {
  static const ConstAnyView kNothing;
  return index < call.operands.size() ? call.operands[index] : kNothing;
}

int axis_of(const Attributes& attributes, const ConstAnyView& x) {
  const std::int64_t axis = attributes.integer("axis");
  return static_cast<int>(axis < 0 ? axis + x.type.shape.rank() : axis);
}

kernels::LayerEpilogue epilogue_of(const KernelCall& call, const Attributes& attributes,
                                   std::size_t bias) {
  return {.bias = at(call, bias),
          .activation = *kernels::parse_activation(attributes.text("activation")),
          .residual = at(call, bias + 1)};
}

Result<void> reference_slice(const KernelCall& call, const Attributes& attributes) {
  kernels::slice_reference(at(call, 0), axis_of(attributes, at(call, 0)),
                           attributes.integer("first"), call.result);
  return {};
}

Result<void> reference_reduce(const KernelCall& call, const Attributes& attributes) {
  const std::string& kind = attributes.text("kind");
  const auto reduction = kind == "sum"    ? kernels::Reduction::kSum
                         : kind == "mean" ? kernels::Reduction::kMean
                                          : kernels::Reduction::kMax;
  graph::Integers axes = attributes.integers("axes");
  for (std::int64_t& axis : axes) {
    if (axis < 0) axis += at(call, 0).type.shape.rank();
  }
  kernels::reduce_reference(at(call, 0), reduction, axes, call.result);
  return {};
}

Result<void> reference_batch_norm(const KernelCall& call, const Attributes& attributes) {
  kernels::batch_norm_reference(
      at(call, 0),
      {.mean = at(call, 1), .variance = at(call, 2), .weight = at(call, 3), .bias = at(call, 4)},
      attributes.number("epsilon"), call.result);
  return {};
}

Result<void> reference_quantised_linear(const KernelCall& call, const Attributes& attributes) {
  const auto mode = attributes.text("mode") == "dynamic" ? kernels::QuantisedMode::kDynamic
                                                         : kernels::QuantisedMode::kWeightOnly;
  kernels::quantised_linear_reference(at(call, 0), at(call, 1), at(call, 2), mode,
                                      epilogue_of(call, attributes, 3), call.result);
  return {};
}

/// A kernel that cannot fail on data.
template <auto function>
Result<void> infallible(const KernelCall& call, const Attributes& attributes) {
  function(call, attributes);
  return {};
}

constexpr std::array kMovements{
    ReferenceOp{"reshape", infallible<[](const KernelCall& c, const Attributes&) {
                  kernels::copy_reference(at(c, 0), c.result);
                }>},
    ReferenceOp{"permute", infallible<[](const KernelCall& c, const Attributes& a) {
                  kernels::permute_reference(at(c, 0), a.integers("axes"), c.result);
                }>},
    ReferenceOp{"slice", reference_slice},
    ReferenceOp{"broadcast", infallible<[](const KernelCall& c, const Attributes&) {
                  kernels::broadcast_reference(at(c, 0), c.result);
                }>},
    ReferenceOp{"concat", infallible<[](const KernelCall& c, const Attributes& a) {
                  kernels::concat_reference(c.operands, axis_of(a, at(c, 0)), c.result);
                }>},
    ReferenceOp{"cast", infallible<[](const KernelCall& c, const Attributes&) {
                  kernels::copy_reference(at(c, 0), c.result);
                }>},
    ReferenceOp{"embedding",
                [](const KernelCall& c, const Attributes&) {
                  return kernels::embedding_reference(at(c, 0), at(c, 1), c.result);
                }},
    ReferenceOp{"take_rows",
                [](const KernelCall& c, const Attributes&) {
                  return kernels::take_rows_reference(at(c, 0), at(c, 1), c.result);
                }},
    ReferenceOp{"add", infallible<[](const KernelCall& c, const Attributes&) {
                  kernels::add_reference(at(c, 0), at(c, 1), c.result);
                }>},
    ReferenceOp{"multiply", infallible<[](const KernelCall& c, const Attributes&) {
                  kernels::multiply_reference(at(c, 0), at(c, 1), c.result);
                }>},
    ReferenceOp{"scale", infallible<[](const KernelCall& c, const Attributes& a) {
                  kernels::scale_reference(at(c, 0), a.number("factor"), c.result);
                }>},
    ReferenceOp{"activation", infallible<[](const KernelCall& c, const Attributes& a) {
                  kernels::activation_reference(
                      at(c, 0), *kernels::parse_activation(a.text("kind")), c.result);
                }>},
};

constexpr std::array kRowsAndProducts{
    ReferenceOp{"softmax", infallible<[](const KernelCall& c, const Attributes&) {
                  kernels::softmax_reference(at(c, 0), c.result);
                }>},
    ReferenceOp{"layer_norm", infallible<[](const KernelCall& c, const Attributes& a) {
                  kernels::layer_norm_reference(at(c, 0), at(c, 1), at(c, 2), a.number("epsilon"),
                                                c.result);
                }>},
    ReferenceOp{"rms_norm", infallible<[](const KernelCall& c, const Attributes& a) {
                  kernels::rms_norm_reference(at(c, 0), at(c, 1), a.number("epsilon"), c.result);
                }>},
    ReferenceOp{"reduce", reference_reduce},
    ReferenceOp{"batch_norm", reference_batch_norm},
    ReferenceOp{"matmul", infallible<[](const KernelCall& c, const Attributes& a) {
                  kernels::matmul_reference(at(c, 0), at(c, 1), a.integer("transpose_b") != 0,
                                            c.result);
                }>},
    ReferenceOp{"linear", infallible<[](const KernelCall& c, const Attributes& a) {
                  kernels::linear_reference(at(c, 0), at(c, 1), epilogue_of(c, a, 2), c.result);
                }>},
    ReferenceOp{"quantised_linear", reference_quantised_linear},
    ReferenceOp{"row_scales", infallible<[](const KernelCall& c, const Attributes&) {
                  kernels::row_scales_reference(at(c, 0), c.result);
                }>},
    ReferenceOp{"quantise_rows", infallible<[](const KernelCall& c, const Attributes&) {
                  kernels::quantise_rows_reference(at(c, 0), at(c, 1), c.result);
                }>},
};

const ReferenceOp* find_reference_op(std::string_view name) {
  for (const std::span<const ReferenceOp> list :
       {std::span<const ReferenceOp>(kMovements), std::span<const ReferenceOp>(kRowsAndProducts),
        reference_layers()}) {
    const auto found = std::ranges::find(list, name, &ReferenceOp::op);
    if (found != list.end()) return &*found;
  }
  return nullptr;
}

class ReferenceKernel : public backend::Kernel {
 public:
  ReferenceKernel(const ReferenceOp& op, Attributes attributes)
      : op_(op), attributes_(std::move(attributes)) {}
  Result<void> run(const KernelCall& call) override { return op_.run(call, attributes_); }
  std::string name() const override { return "reference"; }

 private:
  const ReferenceOp& op_;
  Attributes attributes_;
};

class ReferenceCopy : public backend::Kernel {
 public:
  Result<void> run(const KernelCall& call) override {
    kernels::copy_reference(call.operands[0], call.result);
    return {};
  }
  std::string name() const override { return "reference"; }
};

class ReferenceFactory : public backend::KernelFactory {
 public:
  std::optional<std::string> lacks(const graph::Node& node,
                                   const graph::OperandTypes& /*operands*/) const override {
    if (find_reference_op(node.op->name) != nullptr) return std::nullopt;
    return format("no kernel calculates {}", node.op->name);
  }
  bool accepts_strides(const backend::KernelRequest& /*request*/, int /*index*/) const override {
    return true;
  }
  Result<std::unique_ptr<backend::Kernel>> make(const backend::KernelRequest& request) override {
    const ReferenceOp* op = find_reference_op(request.node.op->name);
    if (op == nullptr) return Error::user("no kernel calculates {}", request.node.op->name);
    return std::unique_ptr<backend::Kernel>(
        std::make_unique<ReferenceKernel>(*op, request.node.attributes));
  }
  std::unique_ptr<backend::Kernel> make_copy(const tensor::TensorType& /*type*/) override {
    return std::make_unique<ReferenceCopy>();
  }
};

}  // namespace

std::unique_ptr<backend::KernelFactory> make_reference_factory() {
  return std::make_unique<ReferenceFactory>();
}

}  // namespace assay::plan
