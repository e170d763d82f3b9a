// SPDX-License-Identifier: MIT
#include "engine/graph/ops/rotary.h"

#include <array>

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

const std::array<std::string, 2>& pairings() {
  static const std::array<std::string, 2> words{"halves", "neighbours"};
  return words;
}

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_word(attributes, "pairing", pairings()));
  ASSAY_TRY_VOID(expect_f32(x, 4, "[B, T, H, D]"));
  if (x.extent(3) % 2 != 0) return unfit(x, "an even D, so that elements pair");
  const TensorType positions{DType::kI32, {x.extent(0), x.extent(1)}};
  ASSAY_TRY_VOID(expect_type({"positions", operands[1]}, positions, "as " + to_text(x)));
  const TensorType frequencies{DType::kF32, {x.extent(3) / 2}};
  ASSAY_TRY_VOID(expect_type({"frequencies", operands[2]}, frequencies, "as " + to_text(x)));
  return x.type;
}

}  // namespace

const OpDefinition& rotary_op() {
  static const OpDefinition definition{
      .name = "rotary",
      .meaning =
          "Pair i of x[b, t, h, :] is rotated by the angle positions[b, t] frequencies[i]: "
          "(u, w) becomes (u cos - w sin, u sin + w cos).",
      .operands = {{.name = "x", .meaning = "[B, T, H, D] f32, D even"},
                   {.name = "positions", .meaning = "[B, T] i32"},
                   {.name = "frequencies", .meaning = "[D / 2] f32"}},
      .attributes = {{.name = "pairing",
                      .by_default = {},
                      .kind = std::string(),
                      .meaning = "halves: pair i is (i, i + D / 2), as in checkpoints of Hugging "
                                 "Face; neighbours: (2i, 2i + 1)."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
