// SPDX-License-Identifier: MIT
#include "engine/graph/ops/reduce.h"

#include <array>

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

const std::array<std::string, 3>& kinds() {
  static const std::array<std::string, 3> words{"sum", "mean", "max"};
  return words;
}

Result<std::array<bool, Dims::kRankMax>> reduced_axes(const Operand& x, const Integers& axes) {
  std::array<bool, Dims::kRankMax> is_reduced{};
  if (axes.empty()) return Error::user("axes is []; expected at least one axis");
  for (const std::int64_t given : axes) {
    ASSAY_TRY(const int axis, resolve_axis(given, x, "axes"));
    bool& reduced = is_reduced[static_cast<std::size_t>(axis)];
    if (reduced) return Error::user("axes is {}; expected each axis once", to_text(axes));
    reduced = true;
  }
  return is_reduced;
}

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kF32}));
  ASSAY_TRY_VOID(expect_word(attributes, "kind", kinds()));
  ASSAY_TRY(const auto is_reduced, reduced_axes(x, attributes.integers("axes")));
  Dims shape;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (!is_reduced[static_cast<std::size_t>(axis)]) {
      shape.append(x.extent(axis));
    } else if (x.extent(axis) == 0 && attributes.text("kind") != "sum") {
      return unfit(x,
                   format("something at axis {} to take the {} of", axis, attributes.text("kind")));
    }
  }
  return result_type(DType::kF32, shape);
}

}  // namespace

const OpDefinition& reduce_op() {
  static const OpDefinition definition{
      .name = "reduce",
      .meaning = "The sum, mean or largest element over some axes, which are removed.",
      .operands = {{.name = "x", .meaning = "[...] f32"}},
      .attributes = {{.name = "kind",
                      .by_default = {},
                      .kind = std::string(),
                      .meaning = "sum, mean or max."},
                     {.name = "axes",
                      .by_default = {},
                      .kind = Integers{},
                      .meaning = "Each once; negative: counted from the back."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
