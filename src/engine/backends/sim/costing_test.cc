// SPDX-License-Identifier: MIT
#include "engine/backends/sim/costing.h"

#include <gmock/gmock.h>

#include "engine/backends/sim/toy_profile.h"

namespace assay::sim {
namespace {

using backend::CompileMode;
using tensor::DType;

/// x w^T + b, with w calculated from a weight, its halves swapped, and an activation.
graph::Graph small_graph() {
  graph::Graph graph;
  const auto x = graph.input("x", DType::kF32, {"batch", std::int64_t{4}});
  const auto weight = graph.weight("w", {DType::kF32, {6, 4}});
  const auto scaled = graph.op("scale", {weight}, {{"factor", 2.0}}, "scaled weight");
  auto y = graph.op("linear", {x, scaled}, {}, "product");
  y = graph.op("reshape", {y}, {{"shape", graph::Integers{0, 2, 3}}});
  y = graph.op("permute", {y}, {{"axes", graph::Integers{0, 2, 1}}}, "swap");
  graph.output("y", graph.op("activation", {y}, {{"kind", "relu"}}, "relu"));
  return graph;
}

std::vector<std::string> ops_of(const CostedPlan& plan) {
  std::vector<std::string> ops;
  for (const backend::StepFacts& step : plan.facts.steps) {
    ops.push_back(step.op);
  }
  return ops;
}

TEST(CostPlan, HasTheKernelsThatWouldRun) {
  const auto as_written =
      cost_plan(small_graph(), {{"batch", 5}}, {.mode = CompileMode::kNone}, toy_costs());
  ASSERT_TRUE(as_written) << as_written.error().to_string();
  EXPECT_THAT(ops_of(*as_written), ::testing::ElementsAre("scale", "linear", "copy", "activation"))
      << "views cost nothing, but a kernel on dense memory needs a copy of a permuted one";
  const auto folded =
      cost_plan(small_graph(), {{"batch", 5}}, {.mode = CompileMode::kDefault}, toy_costs());
  ASSERT_TRUE(folded) << folded.error().to_string();
  EXPECT_THAT(ops_of(*folded), ::testing::ElementsAre("linear", "copy", "activation"))
      << "what depends on weights alone was calculated when the model was loaded";
  ASSERT_EQ(folded->kernels.size(), 3U);
  EXPECT_EQ(folded->kernels[0].cost.products, 1000 * 5 * 6);
  EXPECT_EQ(folded->kernels[1].cost.bytes, 2 * 5 * 6 * 4) << "read and written";
  EXPECT_EQ(folded->kernels[2].cost.flops, 5 * 6);
  EXPECT_EQ(folded->signature.outputs[0].second.shape, (tensor::Dims{5, 3, 2}));
}

TEST(CostPlan, SaysWhatCannotBeCounted) {
  graph::Graph graph;
  const auto x = graph.input("x", DType::kF32, {std::int64_t{2}, std::int64_t{3}});
  graph.output("y", graph.op("softmax", {x}));
  const auto plan = cost_plan(graph, {}, {}, toy_costs());
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message(), ::testing::HasSubstr("toy costs do not count softmax"));
}

TEST(KernelTime, IsTheLongestOfProductsRestAndMemory) {
  const ComputeEngine engine = toy_profile().compute;
  const auto time = [&](NodeCost cost, DType multiplied = DType::kF32) {
    return time_of({.cost = cost, .multiplied = multiplied}, engine);
  };
  const KernelTime products = time({.products = 9000, .flops = 9100, .bytes = 100});
  EXPECT_EQ(products.time, 9us);
  EXPECT_EQ(products.bound, Bound::kProducts);
  EXPECT_EQ(time({.products = 9000, .flops = 9000, .bytes = 0}, DType::kBf16).time, 4500ns);
  EXPECT_EQ(time({.products = 8000, .flops = 8000, .bytes = 0}, DType::kI8).time, 2us);
  const KernelTime vector = time({.products = 100, .flops = 5100, .bytes = 100});
  EXPECT_EQ(vector.time, 5us);
  EXPECT_EQ(vector.bound, Bound::kVector);
  const KernelTime memory = time({.products = 100, .flops = 100, .bytes = 7000});
  EXPECT_EQ(memory.time, 7us);
  EXPECT_EQ(memory.bound, Bound::kMemory);
  EXPECT_EQ(time_of({.cost = {.products = 0, .flops = 100, .bytes = 50}}, toy_profile().host), 1us);
}

TEST(CopyTime, IsLatencyAndBytes) {
  EXPECT_EQ(copy_time(Bytes(0), 1e9, 3us), 3us);
  EXPECT_EQ(copy_time(Bytes(2000), 1e9, 3us), 5us);
}

}  // namespace
}  // namespace assay::sim
