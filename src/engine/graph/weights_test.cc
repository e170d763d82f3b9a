// SPDX-License-Identifier: MIT
#include "engine/graph/weights.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>

#include "core/hash.h"

namespace assay::graph {
namespace {

using tensor::HostTensor;
using ::testing::HasSubstr;

Graph two_layers() {
  Graph graph;
  NodeId x = graph.input("x", DType::kF32, {"batch", 64});
  for (const std::string name : {"a", "b"}) {
    const NodeId gamma = graph.weight(name + ".norm", {DType::kF32, {64}});
    const NodeId w = graph.weight(name + ".weight", {DType::kF32, {64, 64}});
    x = graph.op("linear", {graph.op("rms_norm", {x, gamma}, {{"epsilon", 1e-5}}), w});
  }
  graph.output("y", x);
  return graph;
}

std::vector<float> values(const Weights& weights, const std::string& name) {
  const auto bytes = (*weights.find(name))->bytes();
  std::vector<float> floats(bytes.size() / sizeof(float));
  std::memcpy(floats.data(), bytes.data(), bytes.size());
  return floats;
}

TEST(Weights, FindsByNameAndOffersTheNearest) {
  Weights weights;
  EXPECT_TRUE(weights.add("fc.weight", *HostTensor::create({DType::kF32, {2}})).has_value());
  EXPECT_EQ(weights.add("fc.weight", HostTensor()).error().message(), "a second weight fc.weight");
  EXPECT_EQ((*weights.find("fc.weight"))->type(), (TensorType{DType::kF32, {2}}));
  EXPECT_EQ(weights.find("fc.wieght").error().message(),
            "no weight fc.wieght among 1; did you mean fc.weight?");
  EXPECT_EQ(weights.find("z").error().message(), "no weight z among 1");
  EXPECT_EQ(weights.size(), Bytes(8));
  Weights others;
  const auto held = weights.entries().at("fc.weight");
  EXPECT_TRUE(others.share("fc.weight", held).has_value());
  EXPECT_EQ(*others.find("fc.weight"), *weights.find("fc.weight")) << "one tensor";
  EXPECT_EQ(others.share("fc.weight", held).error().message(), "a second weight fc.weight");
  weights.drop("fc.weight");
  EXPECT_EQ(weights.size(), Bytes(0));
}

TEST(CheckWeights, ListsAllThatDoNotFit) {
  const Graph graph = two_layers();
  Weights weights;
  ASSERT_TRUE(weights.add("a.norm", *HostTensor::create({DType::kF32, {64}})).has_value());
  ASSERT_TRUE(weights.add("a.weight", *HostTensor::create({DType::kF16, {64, 64}})).has_value());
  ASSERT_TRUE(weights.add("b.norm", *HostTensor::create({DType::kF32, {63}})).has_value());
  EXPECT_EQ(check_weights(graph, weights).error().message(),
            "3 of the graph's weights do not fit:\n"
            "  a.weight is f16 64x64; expected f32 64x64\n"
            "  b.norm is f32 63; expected f32 64\n"
            "  no weight b.weight among 3; did you mean a.weight?");
}

TEST(CheckWeights, OfAHugeModelShowsTwenty) {
  Graph graph;
  for (int i = 0; i < 50; ++i)
    graph.weight(format("layer.{}", i), {DType::kF32, {1}});
  EXPECT_THAT(check_weights(graph, {}).error().message(), HasSubstr("\n  and 30 more"));
}

TEST(SeededWeights, DependOnSeedNameAndShapeAndNotOnTheirOrder) {
  const Weights first = *seeded_weights(two_layers(), 7);
  EXPECT_TRUE(check_weights(two_layers(), first).has_value());
  const Weights again = *seeded_weights(two_layers(), 7);
  EXPECT_EQ(values(first, "a.weight"), values(again, "a.weight"));
  EXPECT_NE(values(first, "a.weight"), values(first, "b.weight"));
  EXPECT_NE(values(first, "a.weight"), values(*seeded_weights(two_layers(), 8), "a.weight"));
  Graph alone;
  alone.weight("b.weight", {DType::kF32, {64, 64}});
  EXPECT_EQ(values(first, "b.weight"), values(*seeded_weights(alone, 7), "b.weight"));
}

TEST(SeededWeights, ArePinned) {
  // Outputs of models that others have stored depend on it.
  const Weights weights = *seeded_weights(two_layers(), 7);
  std::string all;
  for (const std::string name : {"a.norm", "a.weight"}) {
    const auto bytes = (*weights.find(name))->bytes();
    all.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  EXPECT_EQ(to_hex(hash_bytes_128(all)), "dd580e2d6f9101c28bd9006580bca791");
}

TEST(SeededWeights, HaveTheScaleOfTheirUse) {
  Graph graph = two_layers();
  const NodeId x = graph.input("image", DType::kF32, {1, 64, 2, 2});
  const auto row = [&](const char* name) { return graph.weight(name, {DType::kF32, {64}}); };
  graph.op("batch_norm", {x, row("mean"), row("variance"), row("gamma"), row("beta")},
           {{"epsilon", 1e-5}});
  const NodeId positions = graph.input("positions", DType::kI32, {1, 64});
  const NodeId frequencies = graph.weight("frequencies", {DType::kF32, {4}});
  const NodeId heads = graph.input("heads", DType::kF32, {1, 64, 1, 8});
  graph.op("rotary", {heads, positions, frequencies}, {{"pairing", "halves"}});
  const Weights weights = *seeded_weights(graph, 1);
  const auto within = [&](const std::string& name, double low, double high) {
    const std::vector<float> all = values(weights, name);
    const auto [least, most] = std::ranges::minmax(all);
    EXPECT_GE(least, low) << name;
    EXPECT_LE(most, high) << name;
    EXPECT_GT(most - least, (high - low) * 0.8) << name << " fills its range";
  };
  within("a.weight", -0.125, 0.125);
  within("a.norm", 0.9, 1.1);
  within("variance", 0.5, 1.5);
  within("gamma", 0.9, 1.1);
  within("mean", -0.125, 0.125);
  EXPECT_THAT(values(weights, "frequencies"),
              ::testing::Pointwise(::testing::FloatEq(), {1.0F, 0.1F, 0.01F, 0.001F}));
}

TEST(SeededWeights, RoundToTheirDtypeAndFillIntegers) {
  Graph graph;
  graph.weight("half", {DType::kF16, {3, 5}});
  graph.weight("bytes", {DType::kI8, {1000}});
  graph.weight("pixels", {DType::kU8, {1000}});
  graph.weight("none", {DType::kF32, {0, 5}});
  const Weights weights = *seeded_weights(graph, 1);
  const auto half = (*weights.find("half"))->view();
  EXPECT_NE(load_element(half, 0), 0);
  double least = 0;
  double most = 0;
  for (int i = 0; i < 1000; ++i) {
    least = std::min(least, load_element((*weights.find("bytes"))->view(), i));
    most = std::max(most, load_element((*weights.find("pixels"))->view(), i));
  }
  EXPECT_LT(least, -120);
  EXPECT_GE(least, -127);
  EXPECT_GT(most, 245);
}

}  // namespace
}  // namespace assay::graph
