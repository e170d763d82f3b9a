// SPDX-License-Identifier: MIT
#include "engine/graph/ops/take_rows.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes&) {
  const Operand x{"x", operands[0]};
  const Operand rows{"rows", operands[1]};
  ASSAY_TRY_VOID(expect_f32(x, 3, "[B, T, D]"));
  ASSAY_TRY_VOID(expect_type(rows, {DType::kI32, {x.extent(0)}}, "as " + to_text(x)));
  return result_type(DType::kF32, Dims{x.extent(0), x.extent(2)});
}

}  // namespace

const OpDefinition& take_rows_op() {
  static const OpDefinition definition{
      .name = "take_rows",
      .meaning = "y[b, :] = x[b, rows[b], :]. A row outside [0, T) ends the run with an error.",
      .operands = {{.name = "x", .meaning = "[B, T, D] f32"},
                   {.name = "rows", .meaning = "[B] i32"}},
      .attributes = {},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
