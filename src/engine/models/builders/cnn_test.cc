// SPDX-License-Identifier: MIT
#include "engine/models/builders/cnn.h"

#include <gmock/gmock.h>

#include "engine/graph/types.h"

namespace assay::models {
namespace {

TEST(Cnn, IsTheNetworkOfDjinnsExperiment) {
  const auto graph = build_cnn({.channels = {4, 6}, .side = 9, .classes = 5});
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const auto types = graph::infer_types(*graph, {{"batch", 2}});
  ASSERT_TRUE(types.has_value()) << types.error().to_string();
  std::vector<std::string> steps;
  for (std::size_t i = 0; i < graph->nodes().size(); ++i) {
    const graph::Node& node = graph->nodes()[i];
    if (node.op != nullptr) steps.push_back(format("{} {}", node.op->name, to_text((*types)[i])));
  }
  EXPECT_THAT(steps, ::testing::ElementsAre("conv2d f32 2x4x9x9", "activation f32 2x4x9x9",
                                            "batch_norm f32 2x4x9x9", "max_pool2d f32 2x4x4x4",
                                            "conv2d f32 2x6x4x4", "activation f32 2x6x4x4",
                                            "batch_norm f32 2x6x4x4", "max_pool2d f32 2x6x2x2",
                                            "reduce f32 2x6", "linear f32 2x5"));
}

TEST(Cnn, SaysWhatMakesNoModel) {
  EXPECT_EQ(build_cnn({.kernel = 2}).error().message(), "cnn: kernel is 2; expected an odd number");
  EXPECT_EQ(build_cnn({.side = 7}).error().message(), "cnn: side is 7; expected 8 to 16777216");
  EXPECT_EQ(build_cnn({.channels = {4, 0}}).error().message(),
            "cnn: channels is 0; expected 1 to 16777216");
  EXPECT_FALSE(build_cnn({.channels = std::vector<std::int64_t>(25, 1)}).has_value());
}

}  // namespace
}  // namespace assay::models
