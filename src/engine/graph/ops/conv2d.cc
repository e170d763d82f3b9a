// SPDX-License-Identifier: MIT
#include "engine/graph/ops/conv2d.h"

#include "engine/graph/expectations.h"
#include "engine/graph/window.h"

namespace assay::graph {
namespace {

Result<void> expect_settings(const Attributes& attributes) {
  ASSAY_TRY_VOID(expect_integers(attributes, "stride", 2, 1));
  ASSAY_TRY_VOID(expect_integers(attributes, "padding", 2, 0));
  ASSAY_TRY_VOID(expect_integers(attributes, "dilation", 2, 1));
  return expect_word(attributes, "activation", epilogue_words());
}

Result<void> expect_channels(const Operand& x, const Operand& weight, std::int64_t groups) {
  const std::int64_t channels = x.extent(1);
  if (groups < 1 || channels % groups != 0 || weight.extent(0) % groups != 0) {
    return Error::user("groups is {}; expected a divisor of the channels, as {} and {}", groups,
                       to_text(x), to_text(weight));
  }
  if (weight.extent(1) != channels / groups) {
    return unfit(weight, format("[O, {}, kh, kw], as {} in {} groups", channels / groups,
                                to_text(x), groups));
  }
  return {};
}

Result<std::int64_t> positions(const Operand& x, const Operand& weight,
                               const Attributes& attributes, std::size_t i) {
  const int axis = 2 + static_cast<int>(i);
  return window_positions(x.extent(axis),
                          {.size = weight.extent(axis),
                           .stride = attributes.integers("stride")[i],
                           .padding = attributes.integers("padding")[i],
                           .dilation = attributes.integers("dilation")[i]},
                          i == 0 ? "height" : "width");
}

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  const Operand weight{"weight", operands[1]};
  ASSAY_TRY_VOID(expect_settings(attributes));
  ASSAY_TRY_VOID(expect_f32(x, 4, "[B, C, H, W]"));
  ASSAY_TRY_VOID(expect_f32(weight, 4, "[O, C / groups, kh, kw]"));
  ASSAY_TRY_VOID(expect_channels(x, weight, attributes.integer("groups")));
  if (operands.has(2)) {
    const TensorType row{DType::kF32, {weight.extent(0)}};
    ASSAY_TRY_VOID(expect_type({"bias", operands[2]}, row, "as " + to_text(weight)));
  }
  ASSAY_TRY(const std::int64_t height, positions(x, weight, attributes, 0));
  ASSAY_TRY(const std::int64_t width, positions(x, weight, attributes, 1));
  ASSAY_TRY(const TensorType type,
            result_type(DType::kF32, Dims{x.extent(0), weight.extent(0), height, width}));
  if (operands.has(3)) {
    ASSAY_TRY_VOID(expect_type({"residual", operands[3]}, type, "the type of the result"));
  }
  return type;
}

}  // namespace

const OpDefinition& conv2d_op() {
  static const OpDefinition definition{
      .name = "conv2d",
      .meaning =
          "y = activation(conv(x, weight) + bias + residual): a ResNet's order, the residual "
          "before the activation. conv[b, o, i, j] = sum over c, p, q of weight[o, c, p, q] "
          "x[b, c, i stride - padding + p dilation, ...], 0 outside x.",
      .operands = {{.name = "x", .meaning = "[B, C, H, W] f32"},
                   {.name = "weight", .meaning = "[O, C / groups, kh, kw] f32"},
                   {.name = "bias", .role = OperandRole::kOptional, .meaning = "[O] f32"},
                   {.name = "residual",
                    .role = OperandRole::kOptional,
                    .meaning = "the type of the result"}},
      .attributes = {{.name = "stride",
                      .by_default = Integers{1, 1},
                      .kind = Integers{},
                      .meaning = "Vertical, horizontal."},
                     {.name = "padding",
                      .by_default = Integers{0, 0},
                      .kind = Integers{},
                      .meaning = "Zeros added at both ends."},
                     {.name = "dilation",
                      .by_default = Integers{1, 1},
                      .kind = Integers{},
                      .meaning = "From one element of the window to the next."},
                     {.name = "groups",
                      .by_default = 1,
                      .kind = std::int64_t{},
                      .meaning = "Output channels of group g read the input channels of group g."},
                     {.name = "activation",
                      .by_default = "none",
                      .kind = std::string(),
                      .meaning = "none, or a kind of activation."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
