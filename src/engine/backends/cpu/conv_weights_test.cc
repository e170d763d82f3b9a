// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/conv_weights.h"

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "engine/backend/device.h"
#include "engine/backends/cpu/cpu_device.h"
#include "engine/kernels/threads.h"
#include "engine/tensor/comparison.h"
#include "engine/tensor/host_tensor.h"

namespace assay::cpu {
namespace {

using backend::CompileMode;
using graph::Graph;
using graph::NodeId;
using tensor::DType;
using tensor::HostTensor;

constexpr std::int64_t kChannels = 32;

/// Two convolutions by one weight, one by another, and a mean, so that all results between may lie
/// in blocks; `as_is`: something reads the second weight as it is.
Graph three_convolutions(bool as_is = false) {
  Graph graph;
  NodeId x = graph.input("x", DType::kF32, {"batch", kChannels, 10, 10});
  const NodeId a = graph.weight("a", {DType::kF32, {kChannels, kChannels, 3, 3}});
  const NodeId b = graph.weight("b", {DType::kF32, {kChannels, kChannels, 3, 3}});
  for (const NodeId weight : {a, b, a})
    x = graph.op("conv2d", {x, weight}, {{"padding", graph::Integers{1, 1}}});
  graph.output("y", graph.op("reduce", {x}, {{"kind", "mean"}, {"axes", graph::Integers{2, 3}}}));
  if (as_is) graph.output("norm", graph.op("activation", {b}, {{"kind", "relu"}}));
  return graph;
}

std::unique_ptr<backend::Executable> prepared(backend::LoadedModel& model, std::int64_t batch) {
  auto executable = model.prepare({{"batch", batch}});
  EXPECT_TRUE(executable) << executable.error().to_string();
  return *std::move(executable);
}

HostTensor answer_of(backend::Executable& executable) {
  HostTensor x = *HostTensor::create(executable.signature().inputs[0].second);
  const std::int64_t count = *tensor::element_count(x.type().shape);
  for (std::int64_t i = 0; i < count; ++i)
    store_element(x.view(), i, static_cast<double>(i * 7919 % 101) / 50 - 1);
  std::vector<HostTensor> outputs;
  std::vector<tensor::AnyView> views;
  for (const auto& [name, type] : executable.signature().outputs)
    outputs.push_back(*HostTensor::create(type));
  for (HostTensor& output : outputs)
    views.push_back(output.view());
  const std::array<tensor::ConstAnyView, 1> inputs{std::as_const(x).view()};
  const auto run = executable.run({.inputs = inputs, .states = {}, .outputs = views});
  EXPECT_TRUE(run) << run.error().to_string();
  return std::move(outputs.front());
}

double difference(const HostTensor& got, const HostTensor& wanted) {
  return tensor::difference(got.view().as<float>(), wanted.view().as<float>()).normalised;
}

TEST(ConvWeights, OfAllExecutablesExistOnce) {
  const Graph graph = three_convolutions();
  const graph::Weights weights = *graph::seeded_weights(graph, 1);
  const auto device = make_cpu_device();
  const auto model = *device->load(graph, weights, {.mode = CompileMode::kDefault});
  const auto first = prepared(*model, 2);
  const auto second = prepared(*model, 2);
  EXPECT_EQ(first->facts().weights, weights.size()) << "as given they are gone";
  EXPECT_EQ(second->facts().weights, weights.size()) << "shared, not moved again";
  EXPECT_EQ(difference(answer_of(*first), answer_of(*second)), 0);
}

/// Other sizes may like other layouts, which are made of the one there is.
TEST(ConvWeights, EveryBatchAndModeAnswersAsTheModelAsWritten) {
  const Graph graph = three_convolutions();
  const graph::Weights weights = *graph::seeded_weights(graph, 1);
  const auto device = make_cpu_device();
  const auto plain = *device->load(graph, weights, {.mode = CompileMode::kNone});
  for (const CompileMode mode :
       {CompileMode::kDefault, CompileMode::kReduceOverhead, CompileMode::kMaxAutotune}) {
    const auto model = *device->load(graph, weights, {.mode = mode});
    for (const std::int64_t batch : {1, 8, 3, 1}) {
      const auto executable = prepared(*model, batch);
      const auto wanted = prepared(*plain, batch);
      EXPECT_LE(difference(answer_of(*executable), answer_of(*wanted)),
                2 * tensor::tolerance_for(DType::kF32, 9 * kChannels).normalised)
          << batch;
    }
  }
}

TEST(ConvWeights, WhatSomethingElseReadsStaysAsItIs) {
  const Graph graph = three_convolutions(true);
  graph::Weights weights = *graph::seeded_weights(graph, 1);
  ConvWeights convs;
  ASSERT_TRUE(convs.adopt(graph, weights));
  EXPECT_TRUE(convs.has_adopted("a"));
  EXPECT_FALSE(convs.has_adopted("b"));
  EXPECT_TRUE(weights.find("b"));
  EXPECT_FALSE(weights.find("a"));
  EXPECT_EQ(convs.size(), Bytes(kChannels * kChannels * 9 * 4));
  ASSERT_TRUE(convs.adopt(graph, weights)) << "what was adopted is not looked for again";
}

TEST(ConvWeights, AreHadBackAsTheyWereGiven) {
  for (const std::int64_t groups : {1, 2}) {
    SCOPED_TRACE(groups);
    Graph graph;
    const NodeId x = graph.input("x", DType::kF32, {1, 24, 9, 9});
    const tensor::TensorType type{DType::kF32, {20, 24 / groups, 3, 3}};
    graph.output("y", graph.op("conv2d", {x, graph.weight("w", type)}, {{"groups", groups}}));
    graph::Weights weights = *graph::seeded_weights(graph, 1);
    const auto as_loaded = weights.entries().at("w");
    ConvWeights convs;
    ASSERT_TRUE(convs.adopt(graph, weights));
    kernels::set_threads(1);
    const auto kernel = kernels::PictureKernel::conv({.x = {1, 24, 9, 9},
                                                      .weight = {convs.dense("w"), type.shape},
                                                      .options = {.groups = groups}});
    ASSERT_TRUE(kernel) << kernel.error().to_string();
    convs.keep("w", *kernel->weight());
    EXPECT_EQ(convs.dense("w"), nullptr);
    EXPECT_EQ(convs.made("w").size(), 1U);
    const auto back = convs.as_given("w", type);
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_EQ(difference(**back, *as_loaded), 0);
    // A kernel made of the layout there is shares it.
    const auto another = kernels::PictureKernel::conv({.x = {1, 24, 9, 9},
                                                       .weight = {nullptr, type.shape},
                                                       .made = convs.made("w"),
                                                       .options = {.groups = groups}});
    ASSERT_TRUE(another) << another.error().to_string();
    EXPECT_EQ(*another->weight(), *kernel->weight());
  }
}

/// A server prepares a model on one thread and runs it on another, which oneDNN's own scratch did
/// not outlive; and a client may ask for one op as a model.
TEST(OneOp, OfPicturesRunsOnAnotherThread) {
  const auto device = make_cpu_device();
  for (const CompileMode mode :
       {CompileMode::kNone, CompileMode::kDefault, CompileMode::kReduceOverhead}) {
    for (const std::int64_t side : {1, 2, 4, 8}) {
      for (const std::int64_t channels : {3, 64, 128, 256}) {
        for (const char* op : {"conv2d", "max_pool2d", "reduce"}) {
          SCOPED_TRACE(format("{} of {} x {} in mode {}", op, channels, side, to_text(mode)));
          Graph graph;
          const NodeId x = graph.input("x", DType::kF32, {"batch", channels, side, side});
          if (op == std::string_view("conv2d")) {
            const NodeId w = graph.weight("w", {DType::kF32, {64, channels, 3, 3}});
            const NodeId b = graph.weight("b", {DType::kF32, {64}});
            graph.output("y", graph.op(op, {x, w, b}, {{"padding", graph::Integers{1, 1}}}));
          } else if (op == std::string_view("reduce")) {
            graph.output("y",
                         graph.op(op, {x}, {{"kind", "mean"}, {"axes", graph::Integers{2, 3}}}));
          } else if (side > 1) {
            graph.output("y", graph.op(op, {x},
                                       {{"window", graph::Integers{2, 2}},
                                        {"stride", graph::Integers{2, 2}}}));
          } else {
            continue;
          }
          const auto weights = graph::seeded_weights(graph, 1);
          auto model = device->load(graph, *weights, {.mode = mode, .threads = 1});
          ASSERT_TRUE(model) << model.error().to_string();
          const auto executable = prepared(**model, 1);
          const HostTensor here = answer_of(*executable);
          std::optional<HostTensor> there;
          std::thread([&] { there.emplace(answer_of(*executable)); }).join();
          EXPECT_EQ(difference(here, *there), 0);
        }
      }
    }
  }
}

}  // namespace
}  // namespace assay::cpu
