// SPDX-License-Identifier: MIT
#include <array>

#include "engine/kernels/reference/attention.h"
#include "engine/kernels/reference/cached_attention.h"
#include "engine/kernels/reference/conv2d.h"
#include "engine/kernels/reference/max_pool2d.h"
#include "engine/kernels/reference/picture.h"
#include "engine/kernels/reference/rotary.h"
#include "engine/plan/reference_ops.h"

namespace assay::plan {
namespace {

using backend::KernelCall;
using graph::Attributes;

std::array<std::int64_t, 2> pair_of(const Attributes& attributes, const std::string& name) {
  const graph::Integers& values = attributes.integers(name);
  return {values[0], values[1]};
}

kernels::ConstAnyView operand(const KernelCall& call, std::size_t index) {
  return index < call.operands.size() ? call.operands[index] : kernels::ConstAnyView();
}

Result<void> attention(const KernelCall& call, const Attributes& attributes) {
  kernels::attention_reference(
      {.q = operand(call, 0),
       .k = operand(call, 1),
       .v = operand(call, 2),
       .lengths = operand(call, 3)},
      {.scale = attributes.number("scale"), .causal = attributes.integer("causal") != 0},
      call.result);
  return {};
}

Result<void> cached_attention(const KernelCall& call, const Attributes& attributes) {
  return kernels::cached_attention_reference(
      {.q = operand(call, 0),
       .k = operand(call, 1),
       .v = operand(call, 2),
       .past = operand(call, 3),
       .counts = operand(call, 4)},
      attributes.number("scale"), {.keys = call.states[0], .values = call.states[1]}, call.result);
}

Result<void> rotary(const KernelCall& call, const Attributes& attributes) {
  kernels::rotary_reference(operand(call, 0), operand(call, 1), operand(call, 2),
                            attributes.text("pairing") == "halves"
                                ? kernels::RotaryPairing::kHalves
                                : kernels::RotaryPairing::kNeighbours,
                            call.result);
  return {};
}

Result<void> conv2d(const KernelCall& call, const Attributes& attributes) {
  kernels::conv2d_reference(
      {.x = operand(call, 0),
       .weight = operand(call, 1),
       .bias = operand(call, 2),
       .residual = operand(call, 3)},
      {.stride = pair_of(attributes, "stride"),
       .padding = pair_of(attributes, "padding"),
       .dilation = pair_of(attributes, "dilation"),
       .groups = attributes.integer("groups"),
       .activation = *kernels::parse_activation(attributes.text("activation"))},
      call.result);
  return {};
}

Result<void> max_pool2d(const KernelCall& call, const Attributes& attributes) {
  kernels::max_pool2d_reference(operand(call, 0),
                                {.window = pair_of(attributes, "window"),
                                 .stride = pair_of(attributes, "stride"),
                                 .padding = pair_of(attributes, "padding")},
                                call.result);
  return {};
}

Result<void> resize(const KernelCall& call, const Attributes& attributes) {
  kernels::resize_reference(operand(call, 0), attributes.integer("antialias") != 0, call.result);
  return {};
}

Result<void> normalise(const KernelCall& call, const Attributes& attributes) {
  kernels::normalise_reference(operand(call, 0),
                               {.factor = attributes.number("factor"),
                                .mean = attributes.numbers("mean"),
                                .deviation = attributes.numbers("deviation")},
                               call.result);
  return {};
}

constexpr std::array kLayers{
    ReferenceOp{"attention", attention},   ReferenceOp{"cached_attention", cached_attention},
    ReferenceOp{"rotary", rotary},         ReferenceOp{"conv2d", conv2d},
    ReferenceOp{"max_pool2d", max_pool2d}, ReferenceOp{"resize", resize},
    ReferenceOp{"normalise", normalise}};

}  // namespace

std::span<const ReferenceOp> reference_layers() {
  return kLayers;
}

}  // namespace assay::plan
