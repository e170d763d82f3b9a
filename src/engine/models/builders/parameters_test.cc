// SPDX-License-Identifier: MIT
#include "engine/models/builders/parameters.h"

#include <gmock/gmock.h>

#include "engine/models/builders/layers.h"

namespace assay::models {
namespace {

TEST(ParameterCount, IsWhatWasLearned) {
  graph::Graph graph;
  EXPECT_EQ(parameter_count(graph), 0);
  graph::NodeId x = graph.input("x", tensor::DType::kF32, {"batch", 5});
  x = linear(graph, x, "fc", 5, 8);
  EXPECT_EQ(parameter_count(graph), 5 * 8 + 8);
  x = batch_norm(graph, x, "bn", 8);
  EXPECT_EQ(parameter_count(graph), 5 * 8 + 8 + 2 * 8) << "not its two statistics";
  x = reshape(graph, x, {0, 1, 2, 4});
  const graph::NodeId positions = graph.input("positions", tensor::DType::kI32, {"batch", 1});
  const graph::NodeId frequencies = graph.weight("f", {tensor::DType::kF32, {2}});
  graph.op("rotary", {x, positions, frequencies}, {{"pairing", "halves"}});
  EXPECT_EQ(parameter_count(graph), 5 * 8 + 8 + 2 * 8) << "nor frequencies";
}

}  // namespace
}  // namespace assay::models
