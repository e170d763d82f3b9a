// SPDX-License-Identifier: MIT
#include "engine/graph/ops/multiply.h"

#include "engine/graph/broadcasting.h"

namespace assay::graph {

const OpDefinition& multiply_op() {
  static const OpDefinition definition{
      .name = "multiply",
      .meaning = "a * b element by element; shapes broadcast as in numpy.",
      .operands = {{.name = "a", .meaning = "[...] f32, f16 or bf16"},
                   {.name = "b", .meaning = "[...] of a's dtype"}},
      .attributes = {},
      .infer_and_validate = infer_broadcast};
  return definition;
}

}  // namespace assay::graph
