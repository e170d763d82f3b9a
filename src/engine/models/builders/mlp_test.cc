// SPDX-License-Identifier: MIT
#include "engine/models/builders/mlp.h"

#include <gmock/gmock.h>

#include "engine/graph/types.h"
#include "engine/models/builders/parameters.h"

namespace assay::models {
namespace {

TEST(Mlp, HasALayerForEveryWidth) {
  const graph::Graph graph = build_mlp({});
  EXPECT_EQ(parameter_count(graph), 2 * (512 * 512 + 512) + 512 * 128 + 128);
  const auto types = graph::infer_types(graph, {{"batch", 32}});
  ASSERT_TRUE(types) << types.error().to_string();
  EXPECT_EQ((*types)[index_of(graph.outputs()[0].node)].shape, (tensor::Dims{32, 128}));
  EXPECT_EQ(graph.op_count(), 2 * 2 + 2);
}

TEST(Mlp, WithoutHiddenLayersIsOneProduct) {
  const graph::Graph graph =
      build_mlp({.input = 8, .hidden = {}, .output = 4, .ends_in_softmax = false});
  EXPECT_EQ(graph.op_count(), 1);
  EXPECT_EQ(parameter_count(graph), 36);
}

}  // namespace
}  // namespace assay::models
