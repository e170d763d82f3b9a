// SPDX-License-Identifier: MIT
#include "engine/backends/sim/sim_device.h"

#include <gmock/gmock.h>

#include <array>
#include <vector>

#include "engine/backend/host_stream.h"
#include "engine/backends/sim/costing.h"
#include "engine/backends/sim/toy_profile.h"

namespace assay::sim {
namespace {

using backend::CompileMode;
using tensor::DType;
using tensor::HostTensor;
using ::testing::HasSubstr;

/// Two linears of 4 x 4 and an activation between them, which no pass can fuse away: the kernels of
/// mode none are 16, 2 and 16 us (4 x 4 results, 1000 products each) and 2 us each by themselves.
graph::Graph two_layers() {
  graph::Graph graph;
  auto x = graph.input("x", DType::kF32, {"batch", std::int64_t{4}});
  x = graph.op("linear", {x, graph.weight("a", {DType::kF32, {4, 4}})});
  x = graph.op("activation", {x}, {{"kind", "relu"}});
  graph.output("y", graph.op("linear", {x, graph.weight("b", {DType::kF32, {4, 4}})}));
  return graph;
}

/// The device, the model on it, and its arguments.
class Bench {
 public:
  explicit Bench(CompileMode mode, const SimProfile& profile = toy_profile()) {
    auto made = make_sim_device(profile, std::make_unique<CountingDevice>(runs), toy_costs());
    EXPECT_TRUE(made);
    device = *std::move(made);
    const graph::Graph graph = two_layers();
    weights = *graph::seeded_weights(graph, 1);
    const auto model = device->load(graph, weights, {.mode = mode});
    EXPECT_TRUE(model);
    auto prepared = (*model)->prepare({{"batch", 4}});
    EXPECT_TRUE(prepared) << prepared.error().to_string();
    executable = *std::move(prepared);
    in = *HostTensor::create({DType::kF32, {4, 4}});
    out = *HostTensor::create({DType::kF32, {4, 4}});
    in.view().as<float>().at(1, 2) = 1;
  }
  backend::RunArguments arguments() {
    inputs = {std::as_const(in).view()};
    outputs = {out.view()};
    return {.inputs = inputs, .states = {}, .outputs = outputs};
  }
  Nanoseconds time_of_a_run() {
    const Nanoseconds before = device->clock().now();
    EXPECT_TRUE(executable->run(arguments()));
    return device->clock().now() - before;
  }

  int runs = 0;
  std::unique_ptr<backend::Device> device;
  graph::Weights weights;
  std::unique_ptr<backend::Executable> executable;
  HostTensor in;
  HostTensor out;
  std::array<backend::ConstAnyView, 1> inputs;
  std::array<backend::AnyView, 1> outputs;
};

TEST(SimDevice, SaysWhatItIs) {
  Bench bench(CompileMode::kNone);
  EXPECT_EQ(bench.device->facts().name, "sim:toy");
  EXPECT_EQ(bench.device->facts().description, "simulated, toy numbers; calculated by reference");
  EXPECT_TRUE(bench.device->facts().is_simulated);
  EXPECT_TRUE(bench.device->facts().has_queues);
  ASSERT_NE(bench.device->virtual_clock(), nullptr);
  EXPECT_EQ(bench.device->virtual_clock()->source(), "virtual clock of sim:toy");
}

TEST(SimDevice, EagerModeIsBoundByWhoeverIsSlower) {
  // Dispatched every 20 us, the kernels of 18, 4 (64 bytes: 64 ns; 16 flops) and 18 us hide behind
  // it: three calls, the last kernel, the wake-up.
  Bench bench(CompileMode::kNone);
  EXPECT_EQ(bench.time_of_a_run(), 60us + 18us + 1us);
  EXPECT_EQ(bench.time_of_a_run(), 60us + 18us + 1us) << "the same calls, the same time";
  SimProfile quick = toy_profile();
  quick.feeding.dispatch = 1us;  // Now the device is the slower one.
  Bench bound(CompileMode::kNone, quick);
  EXPECT_EQ(bound.time_of_a_run(), 1us + 18us + 2064ns + 18us + 1us);
}

TEST(SimDevice, APreparedPlanIsLaunchedMoreCheaplyAndACapturedOneAtOnce) {
  // Passes have fused the activation into the first product: 16 us and 16 us.
  Bench launched(CompileMode::kDefault);
  EXPECT_THAT(launched.executable->facts().steps, ::testing::SizeIs(2));
  EXPECT_EQ(launched.time_of_a_run(), 5us + 18us + 18us + 1us);
  for (const CompileMode mode : {CompileMode::kReduceOverhead, CompileMode::kMaxAutotune}) {
    Bench replayed(mode);
    EXPECT_EQ(replayed.time_of_a_run(), 8us + 17us + 17us + 1us);
    EXPECT_EQ(replayed.executable->facts().mode, mode);
  }
}

TEST(SimDevice, ItsAnswersAreRight) {
  for (const CompileMode mode : {CompileMode::kNone, CompileMode::kReduceOverhead}) {
    Bench bench(mode);
    ASSERT_TRUE(bench.executable->run(bench.arguments()));
    const auto a = (*bench.weights.find("a"))->view().as<float>();
    const auto b = (*bench.weights.find("b"))->view().as<float>();
    for (std::int64_t column = 0; column < 4; ++column) {
      float wanted = 0;
      for (std::int64_t k = 0; k < 4; ++k) {
        wanted += std::max(0.0F, a.at(k, 2)) * b.at(column, k);
      }
      EXPECT_NEAR(bench.out.view().as<float>().at(1, column), wanted, 1e-5);
      EXPECT_EQ(bench.out.view().as<float>().at(0, column), 0);
    }
  }
}

TEST(SimDevice, WhatIsKnownIsNotCalculatedAgain) {
  Bench bench(CompileMode::kNone);
  ASSERT_TRUE(bench.executable->run(bench.arguments()));
  const float first = bench.out.view().as<float>().at(1, 0);
  bench.out.view().as<float>().at(1, 0) = -77;
  ASSERT_TRUE(bench.executable->run(bench.arguments()));
  EXPECT_EQ(bench.out.view().as<float>().at(1, 0), first);
  EXPECT_EQ(bench.runs, 1);
  bench.in.view().as<float>().at(1, 2) = 2;
  ASSERT_TRUE(bench.executable->run(bench.arguments()));
  EXPECT_EQ(bench.runs, 2);
  EXPECT_NE(bench.out.view().as<float>().at(1, 0), first);
}

TEST(SimDevice, EnqueuedWorkIsNotDoneYet) {
  Bench bench(CompileMode::kReduceOverhead);
  const auto stream = bench.device->open_stream();
  ASSERT_TRUE(stream);
  ASSERT_TRUE(bench.executable->enqueue(**stream, bench.arguments()));
  EXPECT_EQ(bench.device->clock().now(), 8us) << "the enqueue window";
  ASSERT_TRUE((*stream)->synchronise());
  EXPECT_EQ(bench.device->clock().now(), 43us) << "completion";
}

TEST(SimDevice, TheHostsWorkerIsOnTheSameClockAndBesideTheDevice) {
  Bench bench(CompileMode::kReduceOverhead);
  backend::Device& host = bench.device->host();
  EXPECT_EQ(&host.clock(), &bench.device->clock());
  const auto model = host.load(two_layers(), bench.weights, {});
  ASSERT_TRUE(model);
  const auto on_host = (*model)->prepare({{"batch", 4}});
  ASSERT_TRUE(on_host);
  const auto worker = host.open_stream();
  const auto stream = bench.device->open_stream();
  ASSERT_TRUE((*on_host)->enqueue(**worker, bench.arguments()));
  ASSERT_TRUE(bench.executable->enqueue(**stream, bench.arguments()));
  ASSERT_TRUE((*stream)->synchronise());
  EXPECT_EQ(bench.device->clock().now(), 43us);
  ASSERT_TRUE((*worker)->synchronise());
  // Two products of 16 016 flops at 1e8 a second, and its wake-up.
  EXPECT_EQ(bench.device->clock().now(), 2 * 160'160ns + 1us);
}

/// One new token of one head over a cache of 64.
graph::Graph attention_over_a_cache() {
  graph::Graph graph;
  std::vector<graph::NodeId> operands;
  for (const char* name : {"q", "k", "v"}) {
    operands.push_back(graph.input(name, DType::kF32,
                                   {"batch", std::int64_t{1}, std::int64_t{1}, std::int64_t{4}}));
  }
  for (const char* name : {"past", "counts"}) {
    operands.push_back(graph.input(name, DType::kI32, {"batch"}));
  }
  for (const char* name : {"keys", "values"}) {
    operands.push_back(graph.state(name, DType::kF32,
                                   {"batch", std::int64_t{1}, std::int64_t{64}, std::int64_t{4}}));
  }
  graph.output("y", graph.op("cached_attention", operands, {{"scale", 0.5}}));
  return graph;
}

/// 8 results are 32 bytes, a key 100 more; a byte takes 1 ns, the replay 8 us, its one node and the
/// wake-up 1 us each.
TEST(SimDevice, AttentionTakesAsLongAsTheCacheIsFull) {
  int runs = 0;
  auto device = make_sim_device(toy_profile(), std::make_unique<CountingDevice>(runs), toy_costs());
  ASSERT_TRUE(device);
  const auto model =
      (*device)->load(attention_over_a_cache(), {}, {.mode = CompileMode::kReduceOverhead});
  ASSERT_TRUE(model) << model.error().to_string();
  const auto executable = (*model)->prepare({{"batch", 2}});
  ASSERT_TRUE(executable) << executable.error().to_string();
  const backend::Signature& signature = (*executable)->signature();
  std::vector<HostTensor> inputs;
  std::vector<HostTensor> states;
  for (const auto& [name, type] : signature.inputs) {
    inputs.push_back(*HostTensor::create(type));
    if (name == "counts") inputs.back().view().as<std::int32_t>().at(0) = 1;
  }
  for (const auto& [name, type] : signature.states) {
    states.push_back(*HostTensor::create(type));
  }
  HostTensor out = *HostTensor::create(signature.outputs[0].second);
  const auto time_with = [&](std::int32_t first_row, std::int32_t second_row) {
    inputs[3].view().as<std::int32_t>().at(0) = first_row;
    inputs[3].view().as<std::int32_t>().at(1) = second_row;
    std::vector<backend::ConstAnyView> ins;
    for (const HostTensor& input : inputs)
      ins.push_back(input.view());
    std::vector<backend::AnyView> held;
    for (HostTensor& state : states)
      held.push_back(state.view());
    const std::array<backend::AnyView, 1> outs{out.view()};
    const Nanoseconds before = (*device)->clock().now();
    const auto run = (*executable)->run({.inputs = ins, .states = held, .outputs = outs});
    EXPECT_TRUE(run) << run.error().to_string();
    return (*device)->clock().now() - before;
  };
  EXPECT_EQ(time_with(0, 0), 10us + 32ns);
  EXPECT_EQ(time_with(50, 50), 10us + 32ns + 5000ns);
  EXPECT_EQ(time_with(60, 40), 10us + 32ns + 5000ns) << "the keys of all rows are summed";
  EXPECT_EQ(time_with(0, 0), 10us + 32ns) << "a cache can be forgotten";
  EXPECT_EQ(runs, 4) << "what remembers is calculated every time";
}

TEST(CostPlan, AFillThatIsCalculatedCannotBeRead) {
  graph::Graph graph;
  const std::int64_t one = 1;
  std::vector<graph::NodeId> operands;
  for (const char* name : {"q", "k", "v"}) {
    operands.push_back(graph.input(name, DType::kF32, {one, one, one, std::int64_t{4}}));
  }
  operands.push_back(graph.weight("past", {DType::kI32, {1}}));
  operands.push_back(graph.input("counts", DType::kI32, {one}));
  for (const char* name : {"keys", "values"}) {
    operands.push_back(graph.state(name, DType::kF32, {one, one, one, std::int64_t{4}}));
  }
  graph.output("y", graph.op("cached_attention", operands, {{"scale", 0.5}}, "attend"));
  const auto plan = cost_plan(graph, {}, {}, toy_costs());
  ASSERT_FALSE(plan);
  EXPECT_THAT(
      plan.error().message(),
      HasSubstr("attend: how full the cache is, is calculated; sim reads it from an input"));
}

TEST(SimDevice, RefusesWhatIsNotItsOwn) {
  Bench bench(CompileMode::kNone);
  const auto foreign = backend::open_host_stream();
  EXPECT_THAT(bench.executable->enqueue(*foreign, bench.arguments()).error().message(),
              HasSubstr("on a stream of another device"));
  Bench other(CompileMode::kNone);
  const auto others = other.device->open_stream();
  EXPECT_FALSE(bench.executable->enqueue(**others, bench.arguments()));
  EXPECT_THAT(bench.executable->run({}).error().message(), HasSubstr("inputs: 0 given"));
}

TEST(SimDevice, WeightsAndResultsBetweenTakeItsMemory) {
  SimProfile small = toy_profile();
  small.memory = Bytes(2 * 4 * 4 * 4 + 63);  // Both weights, and no arena of a cache line.
  int runs = 0;
  const auto device = make_sim_device(small, std::make_unique<CountingDevice>(runs), toy_costs());
  ASSERT_TRUE(device);
  const graph::Graph graph = two_layers();
  const auto model = (*device)->load(graph, *graph::seeded_weights(graph, 1), {});
  ASSERT_TRUE(model) << model.error().to_string();
  const auto executable = (*model)->prepare({{"batch", 4}});
  ASSERT_FALSE(executable);
  EXPECT_THAT(executable.error().message(), HasSubstr("for the results between"));
}

TEST(SimDevice, RefusesAProfileThatCannotWork) {
  SimProfile profile = toy_profile();
  profile.compute.memory_bytes_per_second = 0;
  int runs = 0;
  const auto device = make_sim_device(profile, std::make_unique<CountingDevice>(runs), toy_costs());
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().message(), "sim:toy: memory must be positive: got 0");
}

TEST(SimDevice, LacksWhatCannotBeCounted) {
  Bench bench(CompileMode::kNone);
  graph::Graph graph;
  const auto x = graph.input("x", DType::kF32, {std::int64_t{2}, std::int64_t{3}});
  const auto y = graph.op("softmax", {x});
  EXPECT_EQ(bench.device->lacks(graph.node(y), graph::OperandTypes({})),
            "toy costs do not count softmax");
}

}  // namespace
}  // namespace assay::sim
