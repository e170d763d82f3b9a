// SPDX-License-Identifier: MIT
#include "engine/graph/graph.h"

#include <gmock/gmock.h>

namespace assay::graph {
namespace {

using ::testing::ElementsAre;

Node op_node(std::string_view op, std::vector<NodeId> operands, Attributes attributes = {}) {
  return {.op = *find_op(op), .operands = std::move(operands), .attributes = std::move(attributes)};
}

TEST(Graph, BuildsAModelAndFillsInWhatWasLeftOut) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 512});
  const NodeId w = graph.weight("fc.weight", {DType::kF32, {128, 512}});
  const NodeId y = graph.op("linear", {x, w}, {}, "fc");
  graph.output("y", y);
  EXPECT_THAT(graph.node(y).operands, ElementsAre(x, w, kAbsent, kAbsent));
  EXPECT_EQ(graph.node(y).attributes.text("activation"), "none");
  EXPECT_EQ(graph.op_count(), 1);
  EXPECT_THAT(graph.of_kind(NodeKind::kWeight), ElementsAre(w));
  EXPECT_EQ(to_text(graph.node(x).shape[0]), "batch");
  EXPECT_EQ(to_text(graph.node(x).shape[1]), "512");
  EXPECT_EQ(describe(graph, y), "node 2: linear fc");
  EXPECT_EQ(describe(graph, x), "node 0: input x");
  ASSERT_EQ(graph.outputs().size(), 1U);
  EXPECT_EQ(graph.outputs()[0].node, y);
}

TEST(Graph, TheSameNameMayNameAnInputAndAWeight) {
  Graph graph;
  graph.input("x", DType::kF32, {1});
  graph.weight("x", {DType::kF32, {1}});
  graph.state("x", DType::kF32, {1});
  EXPECT_EQ(graph.nodes().size(), 3U);
}

struct Refusal {
  Node node;
  std::string message;
  std::string place;
};

TEST(Graph, AppendRefusesLeavesThatAreNoLeaves) {
  Graph graph;
  graph.input("x", DType::kF32, {1});
  const std::string rank("7 axes; a tensor has at most 6");
  const std::vector<Refusal> refusals{
      {{.kind = NodeKind::kInput, .name = ""}, "input without a name", "in input"},
      {{.kind = NodeKind::kInput, .name = "x"}, "a second input of this name", "in input x"},
      {{.kind = NodeKind::kInput, .name = "a\nb"},
       "the name of input has a control character (byte 0x0a at 1)",
       "in input a\nb"},
      {{.kind = NodeKind::kInput, .name = "y", .shape = {-1}},
       "extent -1; expected 0 or more",
       "in input y"},
      {{.kind = NodeKind::kInput, .name = "y", .shape = {""}},
       "extent without a name",
       "in input y"},
      {{.kind = NodeKind::kState, .name = "y", .shape = {1, 1, 1, 1, 1, 1, 1}}, rank, "in state y"},
      {{.kind = NodeKind::kWeight, .name = "w", .shape = {"batch"}},
       "extent batch is a name; expected a size, as a weight has only one shape",
       "in weight w"},
  };
  for (const Refusal& refusal : refusals) {
    const Result<NodeId> id = graph.append(refusal.node);
    ASSERT_FALSE(id.has_value()) << refusal.message;
    EXPECT_EQ(id.error().message(), refusal.message);
    EXPECT_THAT(id.error().where(), ElementsAre(refusal.place));
  }
  EXPECT_EQ(graph.nodes().size(), 1U) << "what was refused left nothing behind";
}

TEST(Graph, AppendRefusesOperandsThatAreNotBeforeIt) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {1});
  const NodeId s = graph.state("s", DType::kF32, {1, 1, 1, 1});
  const std::vector<NodeId> seven{x, x, x, x, x, s, s};
  const std::vector<std::pair<Node, std::string>> refusals{
      {op_node("add", {x, NodeId{2}}), "operand b is node 2; expected one of the 2 before it"},
      {op_node("add", {x, NodeId{-2}}), "operand b is node -2; expected one of the 2 before it"},
      {op_node("add", {x}), "operand b is missing: [...] of a's dtype"},
      {op_node("add", {x, x, x}), "3 operands; expected at most 2"},
      {op_node("concat", {x, kAbsent}, {{"axis", 0}}),
       "operand x is missing: any dtype, the same for all; extents equal but for one axis"},
      {op_node("add", {x, s}),
       "state s is no ordinary operand: only the op that changes it reads it"},
      {op_node("cached_attention", {x, x, x, x, x, x, s}, {{"scale", 1.0}}),
       "node 0 is not a state"},
      {op_node("cached_attention", seven, {{"scale", 1.0}}),
       "state s is changed twice in a run; expected one op to change it"},
  };
  for (const auto& [node, message] : refusals) {
    const Result<NodeId> id = graph.append(node);
    ASSERT_FALSE(id.has_value()) << message;
    EXPECT_EQ(id.error().message(), message);
  }
}

TEST(Graph, AppendRefusesWhatIsTooLongForAMessage) {
  Graph graph;
  const NodeId x = graph.input(std::string(4096, 'x'), DType::kF32, {1});
  const std::vector<std::pair<Node, std::string>> refusals{
      {{.kind = NodeKind::kInput, .name = std::string(4097, 'x')},
       "the name of input has 4097 bytes; expected at most 4096"},
      {op_node("permute", {x}, {{"axes", Integers(4097)}}),
       "axes has 4097 entries; expected at most 4096"},
      {op_node("activation", {x}, {{"kind", std::string(4097, 'x')}}),
       "the name of kind has 4097 bytes; expected at most 4096"},
      {op_node("activation", {x}, {{"kind", "re\x1blu"}}),
       "the name of kind has a control character (byte 0x1b at 2)"},
  };
  for (const auto& [node, message] : refusals)
    EXPECT_EQ(graph.append(node).error().message(), message);
}

TEST(Graph, OneOpChangesAState) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {1, 1, 1, 1});
  const NodeId i = graph.input("i", DType::kI32, {1});
  const NodeId k = graph.state("k", DType::kF32, {1, 1, 1, 1});
  const NodeId v = graph.state("v", DType::kF32, {1, 1, 1, 1});
  const Node node = op_node("cached_attention", {x, x, x, i, i, k, v}, {{"scale", 1.0}});
  EXPECT_TRUE(graph.append(node).has_value());
  EXPECT_EQ(graph.append(node).error().message(),
            "state k is changed twice in a run; expected one op to change it");
}

TEST(Graph, AppendRefusesOutputs) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {1});
  const NodeId s = graph.state("s", DType::kF32, {1});
  graph.output("y", x);
  EXPECT_EQ(graph.append_output({"y", x}).error().message(), "a second output y");
  EXPECT_EQ(graph.append_output({"", x}).error().message(), "output without a name");
  EXPECT_EQ(graph.append_output({"z", kAbsent}).error().message(),
            "output z is node -1; expected one of the 2 there are");
  EXPECT_EQ(graph.append_output({"z", NodeId{2}}).error().message(),
            "output z is node 2; expected one of the 2 there are");
  EXPECT_EQ(graph.append_output({"z", s}).error().message(),
            "output z is a state; expected something that a run calculates");
}

TEST(GraphDeathTest, AMistakeOfABuilderIsABug) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {1});
  EXPECT_DEATH(graph.op("ad", {x, x}), "unknown op: ad; did you mean add");
  EXPECT_DEATH(graph.op("add", {x}), "operand b is missing");
  EXPECT_DEATH(graph.input("x", DType::kF32, {1}), "a second input of this name");
  EXPECT_DEATH(graph.output("y", kAbsent), "output y is node -1");
  EXPECT_DEATH(graph.node(kAbsent), "a node is asked for by the id it got");
}

}  // namespace
}  // namespace assay::graph
