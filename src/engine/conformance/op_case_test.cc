// SPDX-License-Identifier: MIT
#include "engine/conformance/op_case.h"

#include <gmock/gmock.h>

#include "engine/graph/types.h"

namespace assay::conformance {
namespace {

using graph::NodeKind;

std::vector<std::string> ops_of(const graph::Graph& graph) {
  std::vector<std::string> ops;
  for (const graph::NodeId id : graph.of_kind(NodeKind::kOp))
    ops.emplace_back(graph.node(id).op->name);
  return ops;
}

const OpCase kLinear{.op = "linear",
                     .operands = "f32 5x7, weight f16 3x7 in 0..2, -, f32 5x3",
                     .attributes = {{"activation", "relu"}},
                     .products = 7};

TEST(MakeModel, PutsTheOpOnLeaves) {
  const ModelCase model = make_model(kLinear, Dress::kPlain);
  EXPECT_EQ(model.name,
            "linear(f32 5x7, weight f16 3x7 in 0..2, -, f32 5x3; activation = \"relu\") plain");
  EXPECT_EQ(ops_of(model.graph), std::vector<std::string>{"linear"});
  EXPECT_EQ(model.graph.of_kind(NodeKind::kInput).size(), 2U);
  const auto weights = model.graph.of_kind(NodeKind::kWeight);
  ASSERT_EQ(weights.size(), 1U);
  EXPECT_EQ(rule_of(model, model.graph.node(weights[0]).name).high, 2);
  EXPECT_EQ(model.agreement.products, 7);
}

TEST(MakeModel, DressesOperandsInStrides) {
  EXPECT_EQ(ops_of(make_model(kLinear, Dress::kSliced).graph),
            (std::vector<std::string>{"slice", "slice", "slice", "linear"}));
  const ModelCase turned = make_model(kLinear, Dress::kTurned);
  EXPECT_EQ(ops_of(turned.graph),
            (std::vector<std::string>{"permute", "permute", "permute", "linear", "permute"}));
  const auto types = graph::infer_types(turned.graph, {});
  ASSERT_TRUE(types);
  EXPECT_EQ(to_text((*types)[index_of(turned.graph.outputs()[0].node)]), "f32 3x5");
  EXPECT_EQ(to_text((*types)[index_of(turned.graph.outputs()[1].node)]), "f32 5x3");
}

TEST(MakeModel, KeepsListedValuesInTheirPlaces) {
  const OpCase rows{.op = "take_rows", .operands = "f32 2x4x5, i32 2 = 0 3 / 1 2"};
  const ModelCase plain = make_model(rows, Dress::kPlain);
  EXPECT_THAT(rule_of(plain, "operand 1").listed,
              ::testing::ElementsAre(std::vector<double>{0, 3}, std::vector<double>{1, 2}));
  const ModelCase sliced = make_model(rows, Dress::kSliced);
  EXPECT_EQ(rule_of(sliced, "operand 1").listed[1], (std::vector<double>{0, 0, 0, 1, 2, 0, 0}));
}

TEST(MakeModel, LeavesStatesAsTheyAre) {
  const OpCase cached{.op = "cached_attention",
                      .operands =
                          "f32 1x1x2x4, f32 1x1x2x4, f32 1x1x2x4, i32 1 = 0, i32 1 = 1, "
                          "state f16 1x2x3x4, state f16 1x2x3x4",
                      .attributes = {{"scale", 0.5}}};
  for (const Dress dress : {Dress::kPlain, Dress::kSliced, Dress::kTurned}) {
    const ModelCase model = make_model(cached, dress);
    EXPECT_EQ(model.graph.of_kind(NodeKind::kState).size(), 2U) << to_text(dress);
  }
}

}  // namespace
}  // namespace assay::conformance
