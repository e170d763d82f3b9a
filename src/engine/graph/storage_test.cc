// SPDX-License-Identifier: MIT
#include "engine/graph/storage.h"

#include <gmock/gmock.h>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/invented_model.h"
#include "engine/graph/passes/pass_list.h"

namespace assay::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

/// A table that is also the head, one layer with bias and activation, a weight used otherwise.
Graph small_model() {
  Graph graph;
  const NodeId ids = graph.input("ids", DType::kI32, {"batch"});
  const NodeId table = graph.weight("table", {DType::kF32, {32, 8}});
  const NodeId x = graph.op("embedding", {table, ids});
  const NodeId bent =
      graph.op("activation", {invented_linear(graph, "fc", x, {8, 8})}, {{"kind", "gelu"}});
  const NodeId shared = graph.weight("shared", {DType::kF32, {8, 8}});
  const NodeId kept = graph.op("linear", {bent, shared});
  graph.output("logits", graph.op("linear", {kept, table}));
  graph.output("shared", graph.op("scale", {shared}, {{"factor", 2.0}}));
  return graph;
}

Graph stored(const Graph& graph, const WeightStorage& storage) {
  const Result<Graph> result = with_weight_storage(graph, storage);
  EXPECT_TRUE(result.has_value()) << result.error().to_string();
  EXPECT_TRUE(infer_types(*result, {{"batch", 2}}).has_value());
  return *result;
}

TEST(WithWeightStorage, SixteenBitsAreACastThatAllUsersShare) {
  for (const DType dtype : {DType::kF16, DType::kBf16}) {
    const Graph graph = stored(small_model(), {dtype});
    EXPECT_EQ(op_counts(graph)["cast"], 2) << "the table and fc; the table has one";
    EXPECT_EQ(op_counts(graph)["linear"], 3);
    const NodeTypes types = *infer_types(graph, {{"batch", 2}});
    EXPECT_EQ(types[index_of(only(graph, "embedding").operands[0])].dtype, dtype);
    EXPECT_EQ(types[index_of(graph.node(graph.outputs()[0].node).operands[1])].dtype, dtype);
    EXPECT_EQ(graph.of_kind(NodeKind::kWeight).size(),
              small_model().of_kind(NodeKind::kWeight).size());
  }
}

TEST(WithWeightStorage, EightBitsQuantiseLayersAndLeaveTheTable) {
  const Graph graph = stored(small_model(), {DType::kI8, "dynamic"});
  EXPECT_THAT(op_counts(graph),
              ElementsAre(Pair("activation", 1), Pair("embedding", 1), Pair("linear", 1),
                          Pair("quantise_rows", 2), Pair("quantised_linear", 2),
                          Pair("row_scales", 2), Pair("scale", 1)));
  const Node& head = graph.node(graph.outputs()[0].node);
  EXPECT_EQ(head.attributes.text("mode"), "dynamic");
  EXPECT_EQ(graph.node(only(graph, "embedding").operands[0]).kind, NodeKind::kWeight);
}

TEST(WithWeightStorage, KeepsEpiloguesOfGraphsThatPassesWrote) {
  const Graph block = *apply_passes(invented_block(), invented_bindings());
  const Graph graph = *with_weight_storage(block, {DType::kI8});
  EXPECT_THAT(running_op_counts(graph),
              ElementsAre(Pair("attention", 1), Pair("layer_norm", 2), Pair("quantised_linear", 4),
                          Pair("reshape", 4), Pair("slice", 3)));
  const Node& last = graph.node(graph.outputs()[0].node);
  EXPECT_NE(last.operands[3], kAbsent) << "bias";
  EXPECT_NE(last.operands[4], kAbsent) << "residual";
  EXPECT_TRUE(infer_types(graph, invented_bindings()).has_value());
}

TEST(WithWeightStorage, OfThirtyTwoBitsChangesNothing) {
  EXPECT_EQ(fingerprint(stored(small_model(), {DType::kF32})), fingerprint(small_model()));
}

TEST(WithWeightStorage, RefusesWhatIsNoStorage) {
  EXPECT_EQ(with_weight_storage(small_model(), {DType::kI32}).error().message(),
            "unknown storage of weights: i32; did you mean f32? known: f32, f16, bf16, i8");
  EXPECT_EQ(with_weight_storage(small_model(), {DType::kI8, "static"}).error().message(),
            "unknown mode: static; known: weight_only, dynamic");
}

}  // namespace
}  // namespace assay::graph
