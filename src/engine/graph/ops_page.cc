// SPDX-License-Identifier: MIT
#include "engine/graph/ops_page.h"

#include "engine/graph/op.h"

namespace assay::graph {
namespace {

std::string_view role_text(OperandRole role) {
  switch (role) {
    case OperandRole::kRequired:
      return "";
    case OperandRole::kOptional:
      return " (optional)";
    case OperandRole::kRepeated:
      return " (one or more)";
    case OperandRole::kState:
      return " (a state, changed in place)";
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return {};
}

std::string operands_table(const OpDefinition& op) {
  std::string text = "| operand | what |\n|---|---|\n";
  for (const OperandDefinition& operand : op.operands) {
    text += format("| `{}`{} | {} |\n", operand.name, role_text(operand.role), operand.meaning);
  }
  return text;
}

std::string attributes_table(const OpDefinition& op) {
  if (op.attributes.empty()) return "";
  std::string text = "\n| attribute | kind | default | meaning |\n|---|---|---|---|\n";
  for (const AttributeDefinition& attribute : op.attributes) {
    text += format("| `{}` | {} | {} | {} |\n", attribute.name, kind_text(attribute.kind),
                   attribute.by_default ? to_text(*attribute.by_default) : "(must be given)",
                   attribute.meaning);
  }
  return text;
}

}  // namespace

std::string ops_markdown() {
  std::string text =
      "# Ops\n\nWritten by `assay list ops --markdown`; a test compares it. Every op has one "
      "result. A view costs\nnothing where the strides of its operand allow it.\n";
  for (const OpDefinition* op : op_list()) {
    text += format("\n## {}\n\n{}{}\n\n{}{}", op->name, op->meaning, op->is_view ? " A view." : "",
                   operands_table(*op), attributes_table(*op));
  }
  return text;
}

}  // namespace assay::graph
