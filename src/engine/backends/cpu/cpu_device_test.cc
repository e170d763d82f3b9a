// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/cpu_device.h"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

#include "engine/tensor/host_tensor.h"

namespace {

std::atomic<std::int64_t> allocations{0};

}  // namespace

#if !defined(__SANITIZE_ADDRESS__)  // Which has an allocator of its own.
// Every allocation of this program is counted: a run that replays its plan makes none.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
#endif

namespace assay::cpu {
namespace {

using backend::CompileMode;
using graph::Graph;
using graph::NodeId;
using tensor::DType;
using tensor::HostTensor;

/// A norm, a merged projection, attention, an MLP with a residual: a transformer's block.
Graph block() {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 20, 32});
  const auto weight = [&](const char* name, std::int64_t n, std::int64_t k) {
    return graph.weight(name, {DType::kF32, {n, k}});
  };
  const NodeId gain = graph.weight("gain", {DType::kF32, {32}});
  const NodeId normed = graph.op("layer_norm", {x, gain}, {{"epsilon", 1e-5}});
  const auto heads = [&](const char* name) {
    const NodeId merged = graph.op("linear", {normed, weight(name, 32, 32)});
    return graph.op("reshape", {merged}, {{"shape", graph::Integers{0, 0, 2, 16}}});
  };
  NodeId y = graph.op("attention", {heads("q"), heads("k"), heads("v")}, {{"scale", 0.25}});
  y = graph.op("reshape", {y}, {{"shape", graph::Integers{0, 0, 32}}});
  y = graph.op("linear", {y, weight("up", 64, 32)});
  y = graph.op("activation", {y}, {{"kind", "gelu"}});
  graph.output("y", graph.op("add", {graph.op("linear", {y, weight("down", 32, 64)}), x}));
  return graph;
}

/// Allocations of the third run.
std::int64_t allocations_of_a_run(CompileMode mode, int threads) {
  const Graph graph = block();
  const auto device = make_cpu_device();
  const auto model =
      device->load(graph, *graph::seeded_weights(graph, 1), {.mode = mode, .threads = threads});
  EXPECT_TRUE(model) << model.error().to_string();
  const auto executable = (*model)->prepare({{"batch", 2}});
  EXPECT_TRUE(executable) << executable.error().to_string();
  const HostTensor x = *HostTensor::create((*executable)->signature().inputs[0].second);
  HostTensor y = *HostTensor::create((*executable)->signature().outputs[0].second);
  const std::array<tensor::ConstAnyView, 1> inputs{x.view()};
  const std::array<tensor::AnyView, 1> outputs{y.view()};
  std::int64_t before = 0;
  for (int run = 0; run < 3; ++run) {
    before = allocations;
    const auto outcome = (*executable)->run({.inputs = inputs, .states = {}, .outputs = outputs});
    EXPECT_TRUE(outcome) << outcome.error().to_string();
  }
  return allocations - before;
}

TEST(CpuDevice, SaysWhatItIsMadeOf) {
  const auto device = make_cpu_device();
  EXPECT_EQ(device->facts().name, "cpu");
  EXPECT_FALSE(device->facts().is_simulated);
  EXPECT_THAT(device->facts().description, ::testing::HasSubstr("oneDNN 2."));
}

TEST(CpuDevice, ReplayingAPlanAllocatesNothing) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer's allocator is not counted";
#endif
  for (const int threads : {1, 2}) {
    EXPECT_EQ(allocations_of_a_run(CompileMode::kReduceOverhead, threads), 0);
    EXPECT_EQ(allocations_of_a_run(CompileMode::kMaxAutotune, threads), 0);
  }
  EXPECT_GT(allocations_of_a_run(CompileMode::kNone, 1), 0) << "the counter counts";
}

/// The kernel of each product of a graph with one weight in i8, read in both modes.
std::vector<std::string> kernels_of_products(std::int64_t depth, CompileMode mode) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {2, depth});
  const NodeId weight = graph.weight("w", {DType::kI8, {3, depth}});
  const NodeId scales = graph.weight("s", {DType::kF32, {3}});
  for (const std::string how : {"dynamic", "weight_only"})
    graph.output(how, graph.op("quantised_linear", {x, weight, scales}, {{"mode", how}}));
  const auto model =
      make_cpu_device()->load(graph, *graph::seeded_weights(graph, 1), {.mode = mode});
  EXPECT_TRUE(model) << model.error().to_string();
  const auto executable = (*model)->prepare({});
  EXPECT_TRUE(executable) << executable.error().to_string();
  std::vector<std::string> kernels;
  for (const backend::StepFacts& step : (*executable)->facts().steps)
    kernels.push_back(step.kernel);
  return kernels;
}

TEST(CpuDevice, MultipliesIntegersByIntegers) {
  using ::testing::ElementsAre;
  using ::testing::StartsWith;
  const std::string floats = "packed i8, stream";
  const std::string integers = "packed i8, rows in i8";
  EXPECT_THAT(kernels_of_products(24, CompileMode::kDefault), ElementsAre(integers, floats));
  EXPECT_THAT(kernels_of_products(131'072, CompileMode::kDefault), ElementsAre(integers, floats));
  EXPECT_THAT(kernels_of_products(131'073, CompileMode::kDefault),
              ElementsAre(StartsWith("reference"), floats))
      << "whose sums could leave 32 bits";
  EXPECT_THAT(kernels_of_products(24, CompileMode::kNone),
              ElementsAre(StartsWith("reference"), StartsWith("reference")));
}

TEST(CpuDevice, AWeightExistsOnce) {
  const Graph graph = block();
  const graph::Weights weights = *graph::seeded_weights(graph, 1);
  const auto device = make_cpu_device();
  const auto model = *device->load(graph, weights, {.mode = CompileMode::kReduceOverhead});
  const auto executable = *model->prepare({{"batch", 2}});
  const auto another = *model->prepare({{"batch", 5}});
  EXPECT_EQ(executable->facts().weights, another->facts().weights) << "shared, not packed again";
  const double held = static_cast<double>(another->facts().weights.count());
  const double needed = static_cast<double>(weights.size().count());
  EXPECT_LE(held, 1.03 * needed);
}

}  // namespace
}  // namespace assay::cpu
