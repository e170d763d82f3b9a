// SPDX-License-Identifier: MIT
// The one description of a model: a list of nodes in an order in which they can be computed. The
// engine plans and runs it, Djinn ships it, the oracle counts it, the lab hashes it.
//
//   Graph graph;
//   NodeId x = graph.input("x", DType::kF32, {"batch", 512});
//   NodeId w = graph.weight("fc.weight", {DType::kF32, {128, 512}});
//   graph.output("y", graph.op("linear", {x, w}));
//
// Extents of inputs and states may be names ("batch"); types are known once the names are bound
// (types.h). A graph holds no data: weights are looked up by name.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/graph/op.h"

namespace assay::graph {

/// The position of a node in its graph.
enum class NodeId : std::int32_t {};
inline constexpr NodeId kAbsent{-1};  ///< An optional operand that was left out.
constexpr std::size_t index_of(NodeId id) {
  return static_cast<std::size_t>(id);
}
constexpr NodeId node_id(std::size_t index) {
  return NodeId{static_cast<std::int32_t>(index)};
}

/// A size, or the name of one.
using Extent = std::variant<std::int64_t, std::string>;
std::string to_text(const Extent& extent);

enum class NodeKind : std::uint8_t {
  kInput,   ///< Given at every run.
  kWeight,  ///< Found by name in the weights.
  kState,   ///< Kept between runs and changed by them: a KV cache.
  kOp,
};
std::string_view to_text(NodeKind kind);  ///< "input", "weight", "state", "op"

struct Node {
  NodeKind kind = NodeKind::kOp;
  std::string name = {};  ///< Unique among inputs, among weights, among states; free text for ops.
  // Not for ops:
  DType dtype = DType::kF32;
  std::vector<Extent> shape = {};
  // For ops only:
  const OpDefinition* op = nullptr;
  std::vector<NodeId> operands = {};  ///< One an operand of the definition, kAbsent where left out.
  Attributes attributes = {};         ///< Complete: defaults are filled in.
};

struct Output {
  std::string name;
  NodeId node = kAbsent;
};

class Graph {
 public:
  // For code that builds a model: a mistake is a bug. Names of ops are free text for people.
  NodeId input(const std::string& name, DType dtype, std::vector<Extent> shape);
  NodeId weight(const std::string& name, const TensorType& type);
  NodeId state(const std::string& name, DType dtype, std::vector<Extent> shape);
  NodeId op(std::string_view op_name, std::vector<NodeId> operands, Attributes attributes = {},
            std::string name = {});
  void output(const std::string& name, NodeId node);

  /// For what came from elsewhere: an op's operands precede it, its number of operands and its
  /// attributes are what the op says, names are unique and not empty, extents are not negative,
  /// one op reads and changes a state and nobody else. Optional operands at the end may be left
  /// out, and attributes that have a default.
  Result<NodeId> append(Node node);
  Result<void> append_output(Output output);

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(NodeId id) const;
  const std::vector<Output>& outputs() const { return outputs_; }
  /// Nodes of one kind, in order.
  std::vector<NodeId> of_kind(NodeKind kind) const;
  std::int64_t op_count() const;

 private:
  Result<void> check_leaf(const Node& node) const;
  /// Checks an op and fills in what was left out.
  Result<void> complete(Node& node) const;

  std::vector<Node> nodes_;
  std::vector<Output> outputs_;
  std::set<std::pair<NodeKind, std::string>> names_;  ///< Of inputs, weights and states.
  std::set<std::string> output_names_;
  std::set<NodeId> changed_states_;
};

/// "node 12: linear blocks.0.fc", for messages.
std::string describe(const Graph& graph, NodeId id);

/// At most 4096 bytes and no control characters, which would reach terminals and reports. `what` is
/// named in the error.
Result<void> check_is_text(std::string_view what, std::string_view name);

}  // namespace assay::graph
