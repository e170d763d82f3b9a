// SPDX-License-Identifier: MIT
#include "engine/graph/ops/add.h"

#include "engine/graph/broadcasting.h"

namespace assay::graph {

const OpDefinition& add_op() {
  static const OpDefinition definition{
      .name = "add",
      .meaning = "a + b element by element; shapes broadcast as in numpy.",
      .operands = {{.name = "a", .meaning = "[...] f32, f16 or bf16"},
                   {.name = "b", .meaning = "[...] of a's dtype"}},
      .attributes = {},
      .infer_and_validate = infer_broadcast};
  return definition;
}

}  // namespace assay::graph
