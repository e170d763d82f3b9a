// SPDX-License-Identifier: MIT
#include "djinn/server/model_table.h"

#include <gmock/gmock.h>

#include "djinn/wire/graph_message.h"
#include "engine/backends/reference/reference_device.h"

namespace assay::djinn {
namespace {

using tensor::DType;
using ::testing::HasSubstr;

graph::Graph linear_graph(std::int64_t width) {
  graph::Graph graph;
  const auto x = graph.input("x", DType::kF32, {"batch", width});
  graph.output("y", graph.op("linear", {x, graph.weight("w", {DType::kF32, {16, width}})}));
  return graph;
}

class ModelTableTest : public ::testing::Test {
 protected:
  Served<ModelTable::Loaded> load(const graph::Graph& graph, std::uint64_t seed = 1) {
    const graph::Weights weights = *graph::seeded_weights(graph, seed);
    LoadModelMessage message{.name = "m"};
    for (const auto& [name, weight] : weights.entries()) {
      const ContentId id = content_id(weight->view());
      const auto put = [&] {
        return weights_.put(1, {.id = id, .type = weight->type()}, weight->bytes());
      };
      while (!put())
        EXPECT_TRUE(table_.unload_an_unused());
      message.weights.push_back({name, id});
    }
    return table_.load(message, write_graph(graph));
  }
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  std::unique_ptr<TextSegment> text_ = *TextSegment::create(Bytes(8 * 4096));
  WeightStore weights_{*text_};
  ModelTable table_{*device_, *text_, weights_, Bytes(1 << 20), 1};
};

TEST_F(ModelTableTest, LoadsTheSameOnce) {
  const auto first = load(linear_graph(8));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(first->was_there);
  EXPECT_EQ(first->model->weight_bytes, Bytes(16 * 8 * 4));
  const auto again = load(linear_graph(8));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->was_there);
  EXPECT_EQ(again->model, first->model);
  EXPECT_NE(load(linear_graph(8), 2)->model->id, first->model->id) << "other weights";
  EXPECT_NE(load(linear_graph(9))->model->id, first->model->id) << "another graph";
  EXPECT_TRUE(table_.find(first->model->id));
  EXPECT_EQ(table_.find(ModelId()).error().code, ErrorCode::kNotFound);
}

/// Small inputs, a small output, and between them the square.
graph::Graph square_graph(bool gives_the_square) {
  graph::Graph graph;
  const auto x = graph.input("x", DType::kF32, {"n", 1});
  const auto y = graph.input("y", DType::kF32, {1, "n"});
  const auto square = graph.op("matmul", {x, y});
  graph.output("z", gives_the_square ? square : graph.op("matmul", {square, x}));
  return graph;
}

TEST_F(ModelTableTest, TakesNoMemoryForWhatIsTooLarge) {
  const auto loaded = load(square_graph(false));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(table_.executable(*loaded->model, {{"n", 100}}));
  for (const std::int64_t n : {600L, 100'000L, 10'000'000L}) {
    const auto refused = table_.executable(*loaded->model, {{"n", n}});
    ASSERT_FALSE(refused) << n;
    EXPECT_THAT(refused.error().to_string(), HasSubstr("plan-memory"));
  }
  EXPECT_EQ(table_.plans().entries, 1);
  const auto wide = load(square_graph(true));
  ASSERT_TRUE(wide);
  EXPECT_THAT(table_.executable(*wide->model, {{"n", 30'000}}).error().to_string(),
              HasSubstr("an answer carries 1 GiB"));
}

TEST_F(ModelTableTest, UnloadsWhatNobodyUsesWhenRoomIsNeeded) {
  const auto kept = load(linear_graph(8));
  ASSERT_TRUE(kept);
  ASSERT_TRUE(table_.executable(*kept->model, {{"batch", 2}}));
  for (std::int64_t width = 9; width < 20; ++width) {
    const auto loaded = load(linear_graph(width));
    ASSERT_TRUE(loaded) << loaded.error().message;
  }
  EXPECT_TRUE(table_.find(kept->model->id)) << "it is in use";
  EXPECT_LT(table_.models().size(), 12U) << "so many were loaded";
}

TEST_F(ModelTableTest, PlansOnceUntilFlushed) {
  const auto loaded = load(linear_graph(8));
  ASSERT_TRUE(loaded);
  const auto first = table_.executable(*loaded->model, {{"batch", 2}});
  EXPECT_EQ(*table_.executable(*loaded->model, {{"batch", 2}}), *first);
  EXPECT_THAT(table_.explain_miss(*loaded->model, {{"batch", 3}}), HasSubstr("batch=3 asked for"));
  EXPECT_EQ(table_.flush_plans(), 1);
  EXPECT_NE(*table_.executable(*loaded->model, {{"batch", 2}}), *first);
}

TEST(CallBindings, AreWhatTheInputsSay) {
  graph::Graph graph;
  const auto a = graph.input("a", DType::kF32, {"batch", 3});
  const auto b = graph.input("b", DType::kF32, {"batch", "width"});
  graph.output("c", graph.op("concat", {a, b}, {{"axis", 1}}));
  const auto failure = [&](const std::vector<TensorRecord>& inputs) {
    const auto bindings = bindings_of(graph, inputs);
    return bindings ? "" : bindings.error().message;
  };
  const TensorRecord good_a{.name = "a", .type = {DType::kF32, {2, 3}}};
  const TensorRecord good_b{.name = "b", .type = {DType::kF32, {2, 5}}};
  EXPECT_EQ(*bindings_of(graph, {good_b, good_a}), (graph::Bindings{{"batch", 2}, {"width", 5}}));
  EXPECT_THAT(failure({good_a}), HasSubstr("input b is missing"));
  EXPECT_THAT(failure({good_a, good_b, {.name = "bb"}}), HasSubstr("unknown input: bb"));
  EXPECT_THAT(failure({good_a, {.name = "b", .type = {DType::kF32, {4, 5}}}}),
              HasSubstr("axis 0 of input b has 4; expected 2"));
  EXPECT_THAT(failure({{.name = "a", .type = {DType::kF32, {2, 4}}}, good_b}),
              HasSubstr("axis 1 of input a has 4; expected 3"));
  EXPECT_THAT(failure({{.name = "a", .type = {DType::kI32, {2, 3}}}, good_b}),
              HasSubstr("input a is i32"));
}

}  // namespace
}  // namespace assay::djinn
