// SPDX-License-Identifier: MIT
#include "engine/graph/ops/cast.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  ASSAY_TRY_VOID(expect_word(attributes, "dtype", tensor::dtype_names()));
  return result_type(*tensor::parse_dtype(attributes.text("dtype")), operands[0].shape);
}

}  // namespace

const OpDefinition& cast_op() {
  static const OpDefinition definition{
      .name = "cast",
      .meaning =
          "Each element rounded to another type: to nearest even, integers saturate, NaN "
          "becomes integer 0.",
      .operands = {{.name = "x", .meaning = "any dtype and shape"}},
      .attributes = {{.name = "dtype",
                      .by_default = {},
                      .kind = std::string(),
                      .meaning = "f64, f32, f16, bf16, i8, i32 or u8."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
