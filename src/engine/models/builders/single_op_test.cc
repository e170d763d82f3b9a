// SPDX-License-Identifier: MIT
#include "engine/models/builders/single_op.h"

#include <gmock/gmock.h>

#include "engine/graph/types.h"

namespace assay::models {
namespace {

using ::testing::HasSubstr;

tensor::Dims output_shape(const graph::Graph& graph, std::int64_t batch) {
  const auto types = graph::infer_types(graph, {{"batch", batch}});
  EXPECT_TRUE(types) << types.error().to_string();
  return (*types)[graph::index_of(graph.outputs().front().node)].shape;
}

TEST(SingleOp, AProductHasTheShapesOfItsName) {
  const auto config = parse_gemm("gemm4x6x8");
  ASSERT_TRUE(config) << config.error().to_string();
  const auto graph = build_gemm(*config);
  ASSERT_TRUE(graph) << graph.error().to_string();
  EXPECT_EQ(output_shape(*graph, 3), (tensor::Dims{3, 4, 6}));
  EXPECT_EQ(graph->op_count(), 1);
}

TEST(SingleOp, AConvolutionIsPaddedByHalfItsKernel) {
  const auto config = parse_convolution("conv8x12x3x2x4", 10);
  ASSERT_TRUE(config) << config.error().to_string();
  const auto graph = build_convolution(*config);
  ASSERT_TRUE(graph) << graph.error().to_string();
  EXPECT_EQ(output_shape(*graph, 2), (tensor::Dims{2, 12, 5, 5}));
  EXPECT_EQ(graph->op_count(), 1);
}

TEST(SingleOp, RefusesWhatIsNone) {
  for (const char* name :
       {"gemm4x6", "gemm4x6x8x", "gemm4x6x8x9", "gemmx", "gem4x6x8", "gemm4x6x "}) {
    EXPECT_FALSE(parse_gemm(name)) << name;
  }
  EXPECT_THAT(parse_gemm("gemm4").error().to_string(), HasSubstr("expected gemm<m>x<n>x<k>"));
  for (const char* name : {"conv8x12x3x2", "conv", "conv8x12x3x2x4x1", "conv8,12,3,2,4"}) {
    EXPECT_FALSE(parse_convolution(name, 8)) << name;
  }
  EXPECT_FALSE(build_gemm({.m = 0}));
  EXPECT_FALSE(build_gemm({.n = std::int64_t{1} << 40}));
  EXPECT_FALSE(build_convolution({.in = 8, .out = 8, .groups = 3}));
  EXPECT_FALSE(build_convolution({.kernel = 3, .side = 2}));
}

}  // namespace
}  // namespace assay::models
