// SPDX-License-Identifier: MIT
#include "lab/workload/model_inputs.h"

#include <gmock/gmock.h>

#include "engine/models/model_list.h"

namespace assay::workload {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Lt;

std::vector<std::int32_t> integers(const tensor::HostTensor& tensor) {
  const auto* data = reinterpret_cast<const std::int32_t*>(tensor.bytes().data());
  return {data, data + tensor.bytes().size() / sizeof(std::int32_t)};
}

TEST(ModelArguments, OfADecoderBelongTogether) {
  const graph::Graph graph = *models::build_model("gpt2");
  const ModelSizes sizes{.batch = 2, .sequence = 3, .past = 10};
  const auto bindings = bindings_of(graph, sizes);
  ASSERT_TRUE(bindings);
  EXPECT_EQ(bindings->at("capacity"), 13);
  const auto types = graph::infer_types(graph, *bindings);
  ASSERT_TRUE(types);
  const auto arguments = make_arguments(graph, *types, sizes, 5);
  ASSERT_TRUE(arguments);
  const auto input = [&](std::string_view name) {
    const auto ids = graph.of_kind(graph::NodeKind::kInput);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (graph.node(ids[i]).name == name) return integers(arguments->inputs[i]);
    }
    return std::vector<std::int32_t>();
  };
  EXPECT_THAT(input("past"), ElementsAre(10, 10));
  EXPECT_THAT(input("counts"), ElementsAre(3, 3));
  EXPECT_THAT(input("last"), ElementsAre(2, 2));
  EXPECT_THAT(input("positions"), ElementsAre(10, 11, 12, 10, 11, 12));
  EXPECT_THAT(input("ids"), Each(AllOf(Ge(0), Lt(50'257))));
  const auto again = make_arguments(graph, *types, sizes, 5);
  EXPECT_EQ(integers(arguments->inputs[0]), integers(again->inputs[0]));
  EXPECT_EQ(arguments->states.size(), 24U);
}

TEST(ModelArguments, OfAViTArePictures) {
  const graph::Graph graph = *models::build_model("vit32x1x64@64");
  const ModelSizes sizes{.batch = 2};
  const auto types = graph::infer_types(graph, *bindings_of(graph, sizes));
  ASSERT_TRUE(types);
  const auto arguments = make_arguments(graph, *types, sizes, 5);
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->inputs[0].type().shape, (tensor::Dims{2, 3, 64, 64}));
  EXPECT_EQ(arguments->outputs[0].type().shape, (tensor::Dims{2, 5, 64}));
}

}  // namespace
}  // namespace assay::workload
