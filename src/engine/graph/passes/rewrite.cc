// SPDX-License-Identifier: MIT
#include "engine/graph/passes/rewrite.h"

#include <utility>

namespace assay::graph {
namespace {

// Models settle in three or four rounds. A graph from a stranger may be a chain that loses one node
// a round; what is left of it after so many is right all the same, only not shortest.
constexpr int kRoundsMax = 32;

NodeId append_checked(Graph& graph, Node node) {
  const Result<NodeId> id = graph.append(std::move(node));
  ASSAY_CHECK(id.has_value(), id ? std::string() : id.error().to_string());
  return *id;
}

void append_outputs(const Graph& from, const std::vector<NodeId>& mapped, Graph& to) {
  for (const Output& output : from.outputs())
    to.output(output.name, mapped[index_of(output.node)]);
}

bool changes_a_state(const Graph& graph, const Node& node) {
  for (const NodeId operand : node.operands) {
    if (operand != kAbsent && graph.node(operand).kind == NodeKind::kState) return true;
  }
  return false;
}

std::vector<bool> needed_nodes(const Graph& graph) {
  const std::vector<Node>& nodes = graph.nodes();
  std::vector<bool> needed(nodes.size(), false);
  for (const Output& output : graph.outputs())
    needed[index_of(output.node)] = true;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const Node& node = nodes[i];
    const bool is_kept = node.kind == NodeKind::kInput || node.kind == NodeKind::kState ||
                         changes_a_state(graph, node);
    if (is_kept) needed[i] = true;
    if (!needed[i]) continue;
    for (const NodeId operand : node.operands) {
      if (operand != kAbsent) needed[index_of(operand)] = true;
    }
  }
  return needed;
}

Node with_operands(Node node, const std::vector<NodeId>& mapped) {
  for (NodeId& operand : node.operands) {
    if (operand != kAbsent) operand = mapped[index_of(operand)];
  }
  return node;
}

}  // namespace

/// One round: applies a rule to every node.
class Rewriter {
 public:
  Rewriter(Rewrite& rewrite, const Rule& rule) : rewrite_(rewrite), rule_(rule) {}

  /// Whether the rule found anything.
  bool run() {
    for (const bool constants : {true, false}) {
      for (std::size_t i = 0; i < rewrite_.source_.nodes().size(); ++i) {
        if (is_early(node_id(i)) == constants) visit(node_id(i));
      }
    }
    append_outputs(rewrite_.source_, rewrite_.mapped_, rewrite_.target_);
    return found_;
  }

  const Graph& target() const { return rewrite_.target_; }

 private:
  /// What may stand before everything else, so that a rule finds every constant mapped.
  bool is_early(NodeId id) const {
    return rewrite_.is_constant(id) || rewrite_.node(id).kind != NodeKind::kOp;
  }

  void visit(NodeId id) {
    NodeId& mapped = rewrite_.mapped_[index_of(id)];
    const Node& node = rewrite_.node(id);
    const NodeId written = node.kind == NodeKind::kOp ? rule_(rewrite_, id) : kAbsent;
    found_ = found_ || written != kAbsent;
    mapped = written != kAbsent
                 ? written
                 : append_checked(rewrite_.target_, with_operands(node, rewrite_.mapped_));
  }

  Rewrite& rewrite_;
  const Rule& rule_;
  bool found_ = false;
};

Rewrite::Rewrite(const Graph& source, NodeTypes types)
    : source_(source),
      types_(std::move(types)),
      uses_(source.nodes().size(), 0),
      is_output_(source.nodes().size(), false),
      constants_(constant_nodes(source)),
      mapped_(source.nodes().size(), kAbsent) {
  for (const Node& node : source.nodes()) {
    for (const NodeId operand : node.operands) {
      if (operand != kAbsent) ++uses_[index_of(operand)];
    }
  }
  for (const Output& output : source.outputs()) {
    ++uses_[index_of(output.node)];
    is_output_[index_of(output.node)] = true;
  }
}

bool Rewrite::is_op(NodeId id, std::string_view name) const {
  if (id == kAbsent) return false;
  const Node& node = source_.node(id);
  return node.kind == NodeKind::kOp && node.op->name == name;
}

NodeId Rewrite::mapped(NodeId old) const {
  if (old == kAbsent) return kAbsent;
  const NodeId id = mapped_[index_of(old)];
  ASSAY_CHECK(id != kAbsent, "a rule uses what was visited before");
  return id;
}

NodeId Rewrite::write(std::string_view op, std::vector<NodeId> operands, Attributes attributes,
                      std::string_view name) {
  return target_.op(op, std::move(operands), std::move(attributes), std::string(name));
}

Result<Graph> rewrite(const Graph& graph, const Bindings& bindings,
                      const std::function<Rule(const Rewrite&)>& make_rule) {
  Graph current = without_unused(graph);
  for (int i = 0; i < kRoundsMax; ++i) {
    ASSAY_TRY(NodeTypes types, infer_types(current, bindings));
    Rewrite round(current, std::move(types));
    const Rule rule = make_rule(round);
    Rewriter rewriter(round, rule);
    if (!rewriter.run()) break;
    current = without_unused(rewriter.target());
  }
  return current;
}

Graph without_unused(const Graph& graph) {
  const std::vector<bool> needed = needed_nodes(graph);
  std::vector<NodeId> mapped(graph.nodes().size(), kAbsent);
  Graph kept;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (needed[i]) mapped[i] = append_checked(kept, with_operands(graph.nodes()[i], mapped));
  }
  append_outputs(graph, mapped, kept);
  return kept;
}

}  // namespace assay::graph
