// SPDX-License-Identifier: MIT
#include "engine/plan/views.h"

#include <gmock/gmock.h>

#include "core/random.h"
#include "engine/graph/types.h"

namespace assay::plan {
namespace {

using graph::Graph;
using graph::NodeId;
using tensor::Dims;
using tensor::DType;

struct Viewed {
  std::optional<Placement> placement;
  Dims shape;
};

/// The view that `op` makes of f32 `shape` placed with `strides`.
Viewed view(std::string_view op, const Dims& shape, const Dims& strides,
            graph::Attributes attributes) {
  Graph graph;
  std::vector<graph::Extent> extents;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    extents.emplace_back(shape[axis]);
  }
  const NodeId x = graph.input("x", DType::kF32, extents);
  const NodeId y = graph.op(op, {x}, std::move(attributes));
  graph.output("y", y);
  const auto types = graph::infer_types(graph, {});
  EXPECT_TRUE(types) << types.error().to_string();
  const Dims result = (*types)[index_of(y)].shape;
  return {view_of(graph.node(y), shape, {.offset = 5, .strides = strides}, result), result};
}

TEST(ViewOf, SplitsHeadsOutOfAMergedProjection) {
  // [2, 7, 3 * 12] sliced to the second third, then seen as 3 heads of 4.
  const Viewed slice =
      view("slice", {2, 7, 36}, {252, 36, 1}, {{"axis", -1}, {"first", 12}, {"count", 12}});
  ASSERT_TRUE(slice.placement);
  EXPECT_EQ(slice.placement->offset, 17);
  EXPECT_EQ(slice.placement->strides, (Dims{252, 36, 1}));
  const Viewed heads =
      view("reshape", {2, 7, 12}, {252, 36, 1}, {{"shape", graph::Integers{0, 0, 3, 4}}});
  ASSERT_TRUE(heads.placement);
  EXPECT_EQ(heads.placement->strides, (Dims{252, 36, 4, 1}));
  const Viewed turned =
      view("permute", {2, 7, 3, 4}, {252, 36, 4, 1}, {{"axes", graph::Integers{0, 2, 1, 3}}});
  EXPECT_EQ(turned.placement->strides, (Dims{252, 4, 36, 1}));
}

TEST(ViewOf, SaysWhenElementsWouldHaveToMove) {
  const Viewed merged = view("reshape", {2, 3, 4}, {12, 1, 3}, {{"shape", graph::Integers{2, 12}}});
  EXPECT_FALSE(merged.placement);
  const Viewed odd = view("reshape", {4, 6}, {8, 1}, {{"shape", graph::Integers{3, 8}}});
  EXPECT_FALSE(odd.placement);
}

TEST(ViewOf, BroadcastsWithStrideZero) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {1, 1, 8});
  const NodeId like = graph.input("like", DType::kF32, {3, 1, 8});
  const NodeId y = graph.op("broadcast", {x, like});
  const auto placement =
      view_of(graph.node(y), {1, 1, 8}, {.offset = 0, .strides = {8, 8, 1}}, {3, 1, 8});
  ASSERT_TRUE(placement);
  EXPECT_EQ(placement->strides, (Dims{0, 8, 1}));
}

/// Row-major order of the elements of a view must survive a reshape that claims to be one.
TEST(ViewOf, ReshapesKeepTheOrderOfElementsOnRandomShapes) {
  Random random(11);
  const auto offsets = [](const Dims& shape, const Dims& strides) {
    std::vector<std::int64_t> all;
    const std::int64_t count = *tensor::element_count(shape);
    for (std::int64_t i = 0; i < count; ++i) {
      std::int64_t rest = i;
      std::int64_t offset = 0;
      for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        offset += rest % shape[axis] * strides[axis];
        rest /= shape[axis];
      }
      all.push_back(offset);
    }
    return all;
  };
  int views = 0;
  for (int round = 0; round < 500; ++round) {
    const std::array<std::int64_t, 4> extents{1, 2, 3, 4};
    Dims shape;
    Dims strides;
    for (int axis = 0; axis < 3; ++axis) {
      shape.append(extents[random.below(4)]);
      strides.append(0);
    }
    std::array<int, 3> order{0, 1, 2};
    random.shuffle(std::span<int>(order));
    std::int64_t step = 1 + static_cast<std::int64_t>(random.below(2));
    for (const int axis : order) {
      strides[axis] = step;
      step *= shape[axis];
    }
    graph::Integers wanted{shape[0] * shape[1], shape[2]};
    if (random.coin()) wanted = {shape[0], shape[1] * shape[2]};
    const Viewed seen = view("reshape", shape, strides, {{"shape", wanted}});
    if (!seen.placement) continue;
    ++views;
    EXPECT_EQ(offsets(shape, strides), offsets(seen.shape, seen.placement->strides));
  }
  EXPECT_GT(views, 100);
}

}  // namespace
}  // namespace assay::plan
