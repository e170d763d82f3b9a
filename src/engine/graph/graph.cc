// SPDX-License-Identifier: MIT
#include "engine/graph/graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/nearest.h"

namespace assay::graph {
namespace {

constexpr std::size_t kNodesMax = std::numeric_limits<std::int32_t>::max();
// Names and lists stand in messages, and unknown names are compared with known ones: what a
// stranger sends stays short. The longest names of checkpoints have about a hundred letters.
constexpr std::size_t kLettersMax = 4096;
constexpr std::size_t kListMax = 4096;

/// Names go into messages, tables and files: no empty ones, and nothing that moves a cursor.
Result<void> check_name(std::string_view what, const std::string& name) {
  if (name.empty()) return Error::user("{} without a name", what);
  return check_is_text(what, name);
}

bool is_finite(const Attribute& attribute) {
  if (const auto* number = std::get_if<double>(&attribute)) return std::isfinite(*number);
  if (const auto* numbers = std::get_if<Numbers>(&attribute)) {
    return std::ranges::all_of(*numbers, [](double value) { return std::isfinite(value); });
  }
  return true;
}

Result<void> check_length(const std::string& name, const Attribute& value) {
  const auto* integers = std::get_if<Integers>(&value);
  const auto* numbers = std::get_if<Numbers>(&value);
  const std::size_t length = integers ? integers->size() : numbers ? numbers->size() : 0;
  if (length <= kListMax) return {};
  return Error::user("{} has {} entries; expected at most {}", name, length, kListMax);
}

Result<void> check_attribute(const OpDefinition& op, const std::string& name,
                             const Attribute& value) {
  const auto definition = std::ranges::find(op.attributes, name, &AttributeDefinition::name);
  if (definition == op.attributes.end()) {
    std::vector<std::string> names;
    for (const AttributeDefinition& known : op.attributes)
      names.emplace_back(known.name);
    return Error::user("{}", unknown_name("attribute", name, names));
  }
  ASSAY_TRY_VOID(check_length(name, value));
  if (const auto* text = std::get_if<std::string>(&value)) {
    ASSAY_TRY_VOID(check_is_text(name, *text));
  }
  if (value.index() != definition->kind.index()) {
    return Error::user("{} is {}, of kind {}; expected kind {}", name, to_text(value),
                       kind_text(value), kind_text(definition->kind));
  }
  if (!is_finite(value)) {
    return Error::user("{} is {}; expected finite numbers", name, to_text(value));
  }
  return {};
}

Result<void> complete_attributes(const OpDefinition& op, Attributes& attributes) {
  for (const auto& [name, value] : attributes.entries()) {
    ASSAY_TRY_VOID(check_attribute(op, name, value));
  }
  for (const AttributeDefinition& definition : op.attributes) {
    const std::string name(definition.name);
    if (attributes.has(name)) continue;
    if (!definition.by_default) {
      return Error::user("attribute {} is missing: {}", name, definition.meaning);
    }
    attributes.set(name, *definition.by_default);
  }
  return {};
}

bool has_repeated(const OpDefinition& op) {
  return !op.operands.empty() && op.operands.back().role == OperandRole::kRepeated;
}

Result<void> check_state_operand(const Graph& graph, NodeId operand, bool is_changed) {
  const Node& node = graph.node(operand);
  const bool is_state = node.kind == NodeKind::kState;
  if (is_changed && !is_state) return Error::user("node {} is not a state", index_of(operand));
  if (!is_changed && is_state) {
    return Error::user("state {} is no ordinary operand: only the op that changes it reads it",
                       node.name);
  }
  return {};
}

Result<void> check_operand(const Graph& graph, const OperandDefinition& definition,
                           NodeId operand) {
  if (operand == kAbsent) {
    if (definition.role == OperandRole::kOptional) return {};
    return Error::user("operand {} is missing: {}", definition.name, definition.meaning);
  }
  const auto position = static_cast<std::int64_t>(operand);
  if (position < 0 || position >= std::ssize(graph.nodes())) {
    return Error::user("operand {} is node {}; expected one of the {} before it", definition.name,
                       position, graph.nodes().size());
  }
  return check_state_operand(graph, operand, definition.role == OperandRole::kState)
      .context("as operand {}", definition.name);
}

/// Fills in optional operands that were left out, and checks that the others precede the node.
Result<void> complete_operands(const Graph& graph, const OpDefinition& op,
                               std::vector<NodeId>& operands) {
  const std::size_t known = op.operands.size();
  if (operands.size() > known && !has_repeated(op)) {
    return Error::user("{} operands; expected at most {}", operands.size(), known);
  }
  while (operands.size() < known)
    operands.push_back(kAbsent);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    ASSAY_TRY_VOID(check_operand(graph, op.operands[std::min(i, known - 1)], operands[i]));
  }
  return {};
}

Result<void> check_shape(const Node& node) {
  if (node.shape.size() > static_cast<std::size_t>(Dims::kRankMax)) {
    return Error::user("{} axes; a tensor has at most {}", node.shape.size(), Dims::kRankMax);
  }
  for (const Extent& extent : node.shape) {
    if (const auto* name = std::get_if<std::string>(&extent)) {
      ASSAY_TRY_VOID(check_name("extent", *name));
      if (node.kind == NodeKind::kWeight) {
        return Error::user("extent {} is a name; expected a size, as a weight has only one shape",
                           *name);
      }
    } else if (std::get<std::int64_t>(extent) < 0) {
      return Error::user("extent {}; expected 0 or more", std::get<std::int64_t>(extent));
    }
  }
  return {};
}

std::string place_of(const Node& node) {
  const std::string_view what = node.kind == NodeKind::kOp ? node.op->name : to_text(node.kind);
  return format("in {}{}{}", what, node.name.empty() ? "" : " ", node.name);
}

Result<NodeId> expect_appended(Result<NodeId> result) {
  ASSAY_CHECK(result.has_value(), result ? std::string() : result.error().to_string());
  return result;
}

}  // namespace

std::string_view to_text(NodeKind kind) {
  switch (kind) {
    case NodeKind::kInput:
      return "input";
    case NodeKind::kWeight:
      return "weight";
    case NodeKind::kState:
      return "state";
    case NodeKind::kOp:
      return "op";
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return {};
}

std::string to_text(const Extent& extent) {
  if (const auto* name = std::get_if<std::string>(&extent)) return *name;
  return format("{}", std::get<std::int64_t>(extent));
}

std::string describe(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const std::string_view what = node.kind == NodeKind::kOp ? node.op->name : to_text(node.kind);
  return format("node {}: {}{}{}", index_of(id), what, node.name.empty() ? "" : " ", node.name);
}

Result<void> check_is_text(std::string_view what, std::string_view name) {
  if (name.size() > kLettersMax) {
    return Error::user("the name of {} has {} bytes; expected at most {}", what, name.size(),
                       kLettersMax);
  }
  const auto bad = std::ranges::find_if(name, [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code < 0x20 || code == 0x7f;
  });
  if (bad == name.end()) return {};
  return Error::user("the name of {} has a control character (byte {:#04x} at {})", what,
                     static_cast<unsigned char>(*bad), bad - name.begin());
}

NodeId Graph::input(const std::string& name, DType dtype, std::vector<Extent> shape) {
  return *expect_appended(
      append({.kind = NodeKind::kInput, .name = name, .dtype = dtype, .shape = std::move(shape)}));
}

NodeId Graph::weight(const std::string& name, const TensorType& type) {
  Node node{.kind = NodeKind::kWeight, .name = name, .dtype = type.dtype};
  for (int axis = 0; axis < type.shape.rank(); ++axis)
    node.shape.emplace_back(type.shape[axis]);
  return *expect_appended(append(std::move(node)));
}

NodeId Graph::state(const std::string& name, DType dtype, std::vector<Extent> shape) {
  return *expect_appended(
      append({.kind = NodeKind::kState, .name = name, .dtype = dtype, .shape = std::move(shape)}));
}

NodeId Graph::op(std::string_view op_name, std::vector<NodeId> operands, Attributes attributes,
                 std::string name) {
  const Result<const OpDefinition*> op = find_op(op_name);
  ASSAY_CHECK(op.has_value(), op ? std::string() : op.error().to_string());
  return *expect_appended(append({.name = std::move(name),
                                  .op = *op,
                                  .operands = std::move(operands),
                                  .attributes = std::move(attributes)}));
}

void Graph::output(const std::string& name, NodeId node) {
  const Result<void> result = append_output({name, node});
  ASSAY_CHECK(result.has_value(), result ? std::string() : result.error().to_string());
}

Result<NodeId> Graph::append(Node node) {
  if (nodes_.size() >= kNodesMax) return Error::user("more than {} nodes", kNodesMax);
  if (node.kind == NodeKind::kOp) {
    ASSAY_TRY_VOID(complete(node).context("{}", place_of(node)));
    for (const NodeId operand : node.operands) {
      const bool is_state = operand != kAbsent && this->node(operand).kind == NodeKind::kState;
      if (is_state) changed_states_.insert(operand);
    }
  } else {
    ASSAY_TRY_VOID(check_leaf(node).context("{}", place_of(node)));
    names_.emplace(node.kind, node.name);
  }
  nodes_.push_back(std::move(node));
  return node_id(nodes_.size() - 1);
}

Result<void> Graph::check_leaf(const Node& node) const {
  ASSAY_TRY_VOID(check_name(to_text(node.kind), node.name));
  if (names_.contains({node.kind, node.name})) {
    return Error::user("a second {} of this name", to_text(node.kind));
  }
  return check_shape(node);
}

Result<void> Graph::complete(Node& node) const {
  ASSAY_TRY_VOID(check_is_text("an op", node.name));
  ASSAY_TRY_VOID(complete_operands(*this, *node.op, node.operands));
  std::set<NodeId> changed;
  for (const NodeId operand : node.operands) {
    if (operand == kAbsent || this->node(operand).kind != NodeKind::kState) continue;
    if (changed_states_.contains(operand) || !changed.insert(operand).second) {
      return Error::user("state {} is changed twice in a run; expected one op to change it",
                         this->node(operand).name);
    }
  }
  return complete_attributes(*node.op, node.attributes);
}

Result<void> Graph::append_output(Output output) {
  ASSAY_TRY_VOID(check_name("output", output.name));
  const auto position = static_cast<std::int64_t>(output.node);
  if (position < 0 || position >= std::ssize(nodes_)) {
    return Error::user("output {} is node {}; expected one of the {} there are", output.name,
                       position, nodes_.size());
  }
  if (node(output.node).kind == NodeKind::kState) {
    return Error::user("output {} is a state; expected something that a run calculates",
                       output.name);
  }
  if (!output_names_.insert(output.name).second) {
    return Error::user("a second output {}", output.name);
  }
  outputs_.push_back(std::move(output));
  return {};
}

const Node& Graph::node(NodeId id) const {
  ASSAY_CHECK(index_of(id) < nodes_.size(), "a node is asked for by the id it got");
  return nodes_[index_of(id)];
}

std::vector<NodeId> Graph::of_kind(NodeKind kind) const {
  std::vector<NodeId> found;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].kind == kind) found.push_back(node_id(i));
  }
  return found;
}

std::int64_t Graph::op_count() const {
  return std::ranges::count(nodes_, NodeKind::kOp, &Node::kind);
}

}  // namespace assay::graph
