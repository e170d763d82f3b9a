// SPDX-License-Identifier: MIT
#include "engine/plan/planned_model.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "core/random.h"
#include "engine/graph/passes/pass_list.h"
#include "engine/plan/reference_factory.h"
#include "engine/tensor/comparison.h"

namespace assay::plan {
namespace {

using backend::CompileMode;
using graph::Graph;
using graph::NodeId;
using tensor::DType;
using tensor::HostTensor;

/// Two layers with a residual, a merged projection cut in three, and an attention by hand.
Graph small_transformer() {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 5, 12});
  const auto weight = [&](const char* name, std::int64_t n, std::int64_t k) {
    return graph.weight(name, {DType::kF32, {n, k}});
  };
  const NodeId merged = graph.op("linear", {x, weight("qkv", 36, 12)});
  const auto heads = [&](std::int64_t first) {
    const NodeId part =
        graph.op("slice", {merged}, {{"axis", -1}, {"first", first}, {"count", std::int64_t{12}}});
    const NodeId split = graph.op("reshape", {part}, {{"shape", graph::Integers{0, 0, 3, 4}}});
    return graph.op("permute", {split}, {{"axes", graph::Integers{0, 2, 1, 3}}});
  };
  NodeId scores = graph.op("matmul", {heads(0), heads(12)}, {{"transpose_b", 1}});
  scores = graph.op("scale", {scores}, {{"factor", 0.5}});
  NodeId y = graph.op("matmul", {graph.op("softmax", {scores}), heads(24)});
  y = graph.op("permute", {y}, {{"axes", graph::Integers{0, 2, 1, 3}}});
  y = graph.op("reshape", {y}, {{"shape", graph::Integers{0, 0, 12}}});
  y = graph.op("add", {graph.op("linear", {y, weight("out", 12, 12)}), x});
  NodeId up = graph.op("linear", {y, weight("up", 24, 12)});
  up = graph.op("activation", {up}, {{"kind", "gelu"}});
  graph.output("y", graph.op("add", {graph.op("linear", {up, weight("down", 12, 24)}), y}));
  graph.output("again", y);
  return graph;
}

HostTensor random_tensor(const tensor::TensorType& type, std::uint64_t seed) {
  HostTensor tensor = *HostTensor::create(type);
  Random random(seed);
  for (std::int64_t i = 0; i < *tensor::element_count(type.shape); ++i) {
    store_element(tensor.view(), i, random.normal());
  }
  return tensor;
}

std::vector<HostTensor> run(backend::LoadedModel& model, std::int64_t batch, int times = 1) {
  const auto executable = model.prepare({{"batch", batch}});
  EXPECT_TRUE(executable) << executable.error().to_string();
  const HostTensor x = random_tensor({DType::kF32, {batch, 5, 12}}, 3);
  std::vector<HostTensor> outputs;
  for (const auto& [name, type] : (*executable)->signature().outputs) {
    outputs.push_back(*HostTensor::create(type));
  }
  const std::array<tensor::ConstAnyView, 1> inputs{x.view()};
  const std::array<tensor::AnyView, 2> views{outputs[0].view(), outputs[1].view()};
  for (int i = 0; i < times; ++i) {
    const auto outcome = (*executable)->run({.inputs = inputs, .states = {}, .outputs = views});
    EXPECT_TRUE(outcome) << outcome.error().to_string();
  }
  return outputs;
}

std::unique_ptr<backend::LoadedModel> load(const Graph& graph, backend::CompileOptions options) {
  auto model =
      load_model(graph, *graph::seeded_weights(graph, 5), options, make_reference_factory());
  EXPECT_TRUE(model) << model.error().to_string();
  return std::move(*model);
}

double distance(const HostTensor& got, const HostTensor& want) {
  return tensor::difference(got.view().as<float>(), want.view().as<float>()).normalised;
}

TEST(PlannedModel, EveryModeGivesTheSameAnswer) {
  const Graph graph = small_transformer();
  for (const std::int64_t batch : {1, 3}) {
    const auto want = run(*load(graph, {.mode = CompileMode::kNone}), batch);
    for (const CompileMode mode :
         {CompileMode::kDefault, CompileMode::kReduceOverhead, CompileMode::kMaxAutotune}) {
      const auto got = run(*load(graph, {.mode = mode}), batch, 3);
      EXPECT_LT(distance(got[0], want[0]), 1e-5) << to_text(mode);
      EXPECT_LT(distance(got[1], want[1]), 1e-5) << to_text(mode);
    }
  }
}

TEST(PlannedModel, EachPassCanBeSwitchedOff) {
  const Graph graph = small_transformer();
  const auto want = run(*load(graph, {.mode = CompileMode::kNone}), 2);
  for (const graph::Pass& pass : graph::pass_list()) {
    const auto got = run(*load(graph, {.passes_off = {std::string(pass.name)}}), 2);
    EXPECT_LT(distance(got[0], want[0]), 1e-5) << pass.name;
  }
}

TEST(PlannedModel, FactsSayWhatWasDone) {
  const Graph graph = small_transformer();
  const auto plain = *load(graph, {.mode = CompileMode::kNone})->prepare({{"batch", 1}});
  const auto fused = *load(graph, {.mode = CompileMode::kDefault})->prepare({{"batch", 1}});
  EXPECT_TRUE(plain->facts().passes.empty());
  EXPECT_FALSE(fused->facts().passes.empty());
  EXPECT_LT(fused->facts().steps.size(), plain->facts().steps.size());
  EXPECT_GE(fused->facts().arena, fused->facts().liveness_bound);
  EXPECT_NE(fused->facts().fingerprint, plain->facts().fingerprint);
}

TEST(PlannedModel, SaysWhichWeightIsMissing) {
  const Graph graph = small_transformer();
  graph::Weights weights = *graph::seeded_weights(graph, 5);
  weights.drop("up");
  const auto model = load_model(graph, weights, {}, make_reference_factory());
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message(), ::testing::HasSubstr("up"));
}

TEST(PlannedModel, RefusesOtherArguments) {
  const auto model = load(small_transformer(), {});
  const auto executable = *model->prepare({{"batch", 1}});
  HostTensor x = *HostTensor::create({DType::kF32, {2, 5, 12}});
  const std::array<tensor::ConstAnyView, 1> inputs{std::as_const(x).view()};
  const auto outcome = executable->run({.inputs = inputs, .states = {}, .outputs = {}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message(), "input x: f32 2x5x12 given, f32 1x5x12 expected");
  EXPECT_FALSE(model->prepare({})) << "batch is not bound";
}

}  // namespace
}  // namespace assay::plan
