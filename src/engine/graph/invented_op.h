// SPDX-License-Identifier: MIT
// For the tests of ops: one op over operands that are written as text, and what comes of it.
//
//   outcome_of("linear", "f32 8x512, f32 128x512, -") == "f32 8x128"
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/graph/types.h"

namespace assay::graph {

inline std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + separator.size(), text.size()));
  }
  return parts;
}

/// "f32 8x512"; "f32" alone is a single number.
inline TensorType type_of_text(std::string_view text) {
  const std::vector<std::string> words = split(text, " ");
  TensorType type;
  type.dtype = tensor::parse_dtype(words.at(0)).value();
  if (words.size() == 1) return type;
  for (const std::string& extent : split(words[1], "x"))
    type.shape.append(std::stoll(extent));
  return type;
}

inline std::vector<Extent> extents_of(const Dims& shape) {
  std::vector<Extent> extents;
  for (int axis = 0; axis < shape.rank(); ++axis)
    extents.emplace_back(shape[axis]);
  return extents;
}

/// The type of the op's result, or the message of the error. A "-" leaves an operand out.
inline std::string outcome_of(std::string_view op_name, std::string_view operands,
                              Attributes attributes = {}) {
  Graph graph;
  Node node{.op = *find_op(op_name), .attributes = std::move(attributes)};
  for (const std::string& operand : split(operands, ", ")) {
    if (operand == "-") {
      node.operands.push_back(kAbsent);
      continue;
    }
    const TensorType type = type_of_text(operand);
    const std::size_t place = std::min(node.operands.size(), node.op->operands.size() - 1);
    const bool is_state = node.op->operands[place].role == OperandRole::kState;
    const std::string name = format("operand {}", node.operands.size());
    node.operands.push_back(is_state ? graph.state(name, type.dtype, extents_of(type.shape))
                                     : graph.input(name, type.dtype, extents_of(type.shape)));
  }
  const Result<NodeId> id = graph.append(std::move(node));
  if (!id) return id.error().message();
  const Result<NodeTypes> types = infer_types(graph, {});
  return types ? to_text(types->back()) : types.error().message();
}

struct OpCase {
  std::string operands;
  Attributes attributes;
  std::string outcome;
};

}  // namespace assay::graph
