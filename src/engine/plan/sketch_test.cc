// SPDX-License-Identifier: MIT
#include "engine/plan/sketch.h"

#include <gmock/gmock.h>

#include "engine/graph/passes/invented_model.h"
#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"

namespace assay::plan {
namespace {

using backend::CompileMode;
using tensor::DType;

SketchRules dense_rules() {
  return {.lacks = [](const graph::Node&) { return std::optional<std::string>(); },
          .accepts_strides = [](const backend::KernelRequest&, int) { return false; }};
}

std::vector<std::string> ops_of(const Sketch& sketch) {
  std::vector<std::string> ops;
  for (const Step& step : sketch.plan.steps)
    ops.push_back(step.facts.op);
  return ops;
}

/// A product by a weight that is calculated from another, and the same weight permuted.
graph::Graph settled_graph() {
  graph::Graph graph;
  const auto x = graph.input("x", DType::kF32, {"batch", std::int64_t{4}});
  const auto w = graph.weight("w", {DType::kF32, {4, 4}});
  const auto doubled = graph.op("scale", {w}, {{"factor", 2.0}}, "doubled");
  const auto turned = graph.op("permute", {w}, {{"axes", graph::Integers{1, 0}}}, "turned");
  const auto y = graph.op("linear", {x, doubled}, {}, "first");
  graph.output("y", graph.op("linear", {y, turned}, {}, "second"));
  return graph;
}

TEST(SketchPlan, SettlesWhatDependsOnWeightsAlone) {
  const auto sketch = sketch_plan(settled_graph(), {{"batch", 3}}, {}, dense_rules());
  ASSERT_TRUE(sketch) << sketch.error().to_string();
  EXPECT_THAT(ops_of(*sketch), ::testing::ElementsAre("linear", "linear"));
  EXPECT_EQ(sketch->graph.of_kind(graph::NodeKind::kWeight).size(), 2U)
      << "the weight as it was is read by nobody";
  EXPECT_EQ(sketch->plan.signature.outputs[0].second.shape, (tensor::Dims{3, 4}));
}

TEST(SketchPlan, InModeNoneWeightsAreCalculatedButTheirViewsAreNoWork) {
  const auto sketch =
      sketch_plan(settled_graph(), {{"batch", 3}}, {.mode = CompileMode::kNone}, dense_rules());
  ASSERT_TRUE(sketch) << sketch.error().to_string();
  EXPECT_THAT(ops_of(*sketch), ::testing::ElementsAre("scale", "linear", "linear"));
  EXPECT_TRUE(sketch->passes.empty());
}

/// The same plan as a backend makes that really calculates.
TEST(SketchPlan, HasTheStepsAndTheArenaOfALoadedModel) {
  const graph::Graph block = graph::invented_block();
  const auto weights = graph::seeded_weights(block, 1);
  ASSERT_TRUE(weights);
  for (const CompileMode mode : {CompileMode::kNone, CompileMode::kDefault}) {
    const backend::CompileOptions options{.mode = mode};
    SketchRules rules = dense_rules();  // The reference kernels read any strides.
    rules.accepts_strides = [](const backend::KernelRequest&, int) { return true; };
    const auto sketch = sketch_plan(block, graph::invented_bindings(), options, rules);
    ASSERT_TRUE(sketch) << sketch.error().to_string();
    const auto model = load_model(block, *weights, options, make_reference_factory());
    ASSERT_TRUE(model) << model.error().to_string();
    const auto executable = (*model)->prepare(graph::invented_bindings());
    ASSERT_TRUE(executable) << executable.error().to_string();
    const backend::ExecutableFacts& facts = (*executable)->facts();
    ASSERT_EQ(sketch->plan.steps.size(), facts.steps.size());
    for (std::size_t i = 0; i < facts.steps.size(); ++i) {
      EXPECT_EQ(sketch->plan.steps[i].facts.op, facts.steps[i].op) << i;
    }
    EXPECT_EQ(sketch->plan.arena.liveness_bound.count(), facts.liveness_bound.count());
  }
}

TEST(SketchPlan, SaysWhatIsLacking) {
  SketchRules rules = dense_rules();
  rules.lacks = [](const graph::Node& node) -> std::optional<std::string> {
    if (node.op->name == "linear") return "no linear here";
    return std::nullopt;
  };
  const auto sketch = sketch_plan(settled_graph(), {{"batch", 3}}, {}, rules);
  ASSERT_FALSE(sketch);
  EXPECT_THAT(sketch.error().to_string(), ::testing::HasSubstr("no linear here"));
}

TEST(SketchPlan, IsNotToBeRun) {
  const auto sketch = sketch_plan(settled_graph(), {{"batch", 3}}, {}, dense_rules());
  ASSERT_TRUE(sketch);
  const auto run = sketch->plan.steps[0].kernel->run({});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().blame(), Blame::kBug);
}

}  // namespace
}  // namespace assay::plan
