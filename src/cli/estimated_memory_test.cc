// SPDX-License-Identifier: MIT
// Predicted memory against what the CPU backend holds once it has prepared the model.
#include <gmock/gmock.h>

#include "engine/backends/cpu/cpu_device.h"
#include "engine/models/model_list.h"
#include "oracle/model/plan_view.h"

namespace assay::cli {
namespace {

struct Held {
  double weights = 0;
  double arena = 0;
};

Held held_by_cpu(const graph::Graph& graph, const graph::Bindings& bindings) {
  const auto weights = graph::seeded_weights(graph, 1);
  EXPECT_TRUE(weights);
  const auto device = cpu::make_cpu_device();
  const auto model =
      device->load(graph, *weights, {.mode = backend::CompileMode::kReduceOverhead, .threads = 2});
  EXPECT_TRUE(model) << model.error().to_string();
  const auto executable = (*model)->prepare(bindings);
  EXPECT_TRUE(executable) << executable.error().to_string();
  const backend::ExecutableFacts& facts = (*executable)->facts();
  return {static_cast<double>(facts.weights.count()), static_cast<double>(facts.arena.count())};
}

TEST(EstimatedMemory, IsWithinThreePercentOfWhatAModelHolds) {
  const struct {
    std::string model;
    graph::Bindings bindings;
  } cases[] = {{"mlp512-512-128", {{"batch", 32}}},
               {"vit32x6x384@256", {{"batch", 1}}},
               {"vit32x6x384@256", {{"batch", 8}}},
               {"resnet18@64", {{"batch", 1}}},
               {"resnet50@64", {{"batch", 2}}}};
  for (const auto& [model, bindings] : cases) {
    const auto graph = models::build_model(model);
    ASSERT_TRUE(graph) << graph.error().to_string();
    const auto view = oracle::view_plan(*graph, bindings, {});
    ASSERT_TRUE(view) << view.error().to_string();
    const Held held = held_by_cpu(*graph, bindings);
    const double weights = view->weight_bytes + view->packed_bytes;
    EXPECT_NEAR(weights / held.weights, 1, 0.03) << model;
    EXPECT_NEAR((weights + view->arena_bytes) / (held.weights + held.arena), 1, 0.03)
        << model << ": arena " << view->arena_bytes << ", held " << held.arena;
  }
}

}  // namespace
}  // namespace assay::cli
