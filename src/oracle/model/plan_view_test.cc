// SPDX-License-Identifier: MIT
#include "oracle/model/plan_view.h"

#include <gmock/gmock.h>

#include "engine/models/model_list.h"

namespace assay::oracle {
namespace {

using graph::Graph;
using graph::NodeId;
using tensor::DType;

PlanView view_of(const Graph& graph, const graph::Bindings& bindings,
                 const ViewOptions& options = {}) {
  auto view = view_plan(graph, bindings, options);
  EXPECT_TRUE(view) << view.error().to_string();
  return *std::move(view);
}

PlanView view_of_model(const std::string& model, const graph::Bindings& bindings,
                       const ViewOptions& options = {}) {
  const auto graph = models::build_model(model);
  EXPECT_TRUE(graph) << graph.error().to_string();
  return view_of(*graph, bindings, options);
}

/// Two products of 64 x 64 over 8 rows.
Graph two_products() {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", std::int64_t{64}});
  const NodeId y = graph.op("linear", {x, graph.weight("a", {DType::kF32, {64, 64}})});
  graph.output("y", graph.op("linear", {y, graph.weight("b", {DType::kF32, {64, 64}})}));
  return graph;
}

TEST(ViewPlan, CountsKernelsWithTheirShapes) {
  const PlanView view = view_of(two_products(), {{"batch", 8}});
  ASSERT_EQ(view.kernels.size(), 2U);
  const KernelView& first = view.kernels[0];
  EXPECT_EQ(first.op, "linear");
  EXPECT_EQ(first.kind, KernelClass::kProduct);
  EXPECT_EQ(first.extent(Axis::kM), 8);
  EXPECT_EQ(first.extent(Axis::kN), 64);
  EXPECT_EQ(first.extent(Axis::kK), 64);
  EXPECT_EQ(first.count.products, 2.0 * 8 * 64 * 64);
  EXPECT_EQ(view.sum.products, 2 * first.count.products);
  EXPECT_EQ(view.weight_bytes, 2 * 64.0 * 64 * 4);
  EXPECT_EQ(view.arena_bytes, 8.0 * 64 * 4) << "the result between; the last is the output";
  EXPECT_EQ(view.argument_bytes, 2 * 8.0 * 64 * 4);
}

/// From run to run a weight is as far away as everything there is; a result just made is near.
TEST(ViewPlan, KnowsHowLongAgoMemoryWasTouched) {
  const PlanView view = view_of(two_products(), {{"batch", 8}});
  const double weight = 64.0 * 64 * 4;
  const double rows = 8.0 * 64 * 4;
  const double all = 2 * weight + 3 * rows;
  const auto distance = [&](std::size_t kernel, bool is_weight, bool is_written) {
    for (const TensorUse& use : view.kernels[kernel].uses) {
      if (use.is_weight == is_weight && use.is_written == is_written) return use.distance;
    }
    return -1.0;
  };
  EXPECT_EQ(distance(0, true, false), all);
  EXPECT_EQ(distance(1, true, false), all);
  EXPECT_EQ(distance(0, false, false), all) << "the input";
  EXPECT_EQ(distance(1, false, false), rows) << "what the kernel before has just written";
}

TEST(ViewPlan, ATensorThatIsReadTwiceIsOneUse) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", std::int64_t{64}});
  graph.output("y", graph.op("multiply", {x, x}));
  const PlanView view = view_of(graph, {{"batch", 2}});
  ASSERT_EQ(view.kernels.size(), 1U);
  EXPECT_EQ(view.kernels[0].uses.size(), 2U) << "one read, one written";
}

TEST(ViewPlan, ATableIsReadOnlyWhereItIsAsked) {
  Graph graph;
  const NodeId table = graph.weight("table", {DType::kF32, {50'257, 768}});
  const NodeId ids = graph.input("ids", DType::kI32, {"batch", std::int64_t{5}});
  graph.output("y", graph.op("embedding", {table, ids}));
  const PlanView view = view_of(graph, {{"batch", 1}});
  EXPECT_DOUBLE_EQ(view.kernels[0].count.weight_bytes, 5 * 768 * 4);
  EXPECT_EQ(view.weight_bytes, 50'257.0 * 768 * 4) << "and is there whole";
}

TEST(ViewPlan, ACacheIsReadAsFarAsItIsFilled) {
  const graph::Bindings step{{"batch", 1}, {"sequence", 1}, {"capacity", 1024}};
  ViewOptions options;
  const auto cache_bytes = [&](std::int64_t past) {
    options.assumptions.past = past;
    double bytes = 0;
    for (const KernelView& kernel : view_of_model("gpt2", step, options).kernels) {
      if (kernel.op == "cached_attention") bytes += kernel.count.read_bytes;
    }
    return bytes;
  };
  const double row = 12.0 * 2 * 768 * 4;  // Keys and values of all blocks.
  EXPECT_NEAR(cache_bytes(512) - cache_bytes(0), 512 * row, 1);
}

TEST(ViewPlan, AnAcceleratorHoldsEverythingInThePrecision) {
  const ViewOptions wide{.style = PlanStyle::kAccelerator};
  const ViewOptions narrow{.style = PlanStyle::kAccelerator, .precision = DType::kF16};
  const PlanView in_f32 = view_of_model("vit32x6x384", {{"batch", 2}}, wide);
  const PlanView in_f16 = view_of_model("vit32x6x384", {{"batch", 2}}, narrow);
  EXPECT_EQ(in_f16.sum.products, in_f32.sum.products);
  EXPECT_EQ(in_f16.sum.bytes() * 2, in_f32.sum.bytes());
  EXPECT_EQ(in_f16.weight_bytes * 2, in_f32.weight_bytes);
  EXPECT_EQ(in_f16.kernels[0].multiplied, DType::kF16);
}

/// Fusion leaves the products and takes traffic away.
TEST(ViewPlan, PassesTakeTrafficAwayAndNoProducts) {
  for (const std::string model : {"vit32x6x384", "resnet18", "bert_base"}) {
    graph::Bindings bindings{{"batch", 1}};
    if (model == "bert_base") bindings["sequence"] = 16;
    const PlanView fused = view_of_model(model, bindings);
    const PlanView written =
        view_of_model(model, bindings, {.compile = {.mode = backend::CompileMode::kNone}});
    EXPECT_EQ(fused.sum.products, written.sum.products) << model;
    EXPECT_LT(fused.sum.bytes(), written.sum.bytes()) << model;
    EXPECT_LT(fused.kernels.size(), written.kernels.size()) << model;
    EXPECT_EQ(fused.unsupported_share(), 0) << model;
  }
}

TEST(ViewPlan, DistancesAreNeverLessThanTheTensorAndNeverMoreThanAllThereIs) {
  const PlanView view = view_of_model("resnet50", {{"batch", 1}});
  const double all = view.memory_bytes();
  for (const KernelView& kernel : view.kernels) {
    for (const TensorUse& use : kernel.uses) {
      EXPECT_GE(use.distance, use.bytes) << kernel.name;
      EXPECT_LE(use.distance, 1.5 * all) << kernel.name;
    }
  }
}

TEST(Axis, EveryOneHasAName) {
  for (int i = 0; i < kAxisCount; ++i)
    EXPECT_FALSE(to_text(static_cast<Axis>(i)).empty());
}

}  // namespace
}  // namespace assay::oracle
