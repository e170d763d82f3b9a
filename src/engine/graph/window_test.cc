// SPDX-License-Identifier: MIT
#include "engine/graph/window.h"

#include <gtest/gtest.h>

namespace assay::graph {
namespace {

/// Counts the starts at which the window lies within the padded axis, one by one.
std::int64_t count_by_hand(std::int64_t extent, const Window& window) {
  std::int64_t positions = 0;
  const std::int64_t reach = window.dilation * (window.size - 1);
  for (std::int64_t start = -window.padding; start + reach < extent + window.padding;
       start += window.stride) {
    ++positions;
  }
  return positions;
}

TEST(WindowPositions, EqualThoseCountedByHand) {
  for (std::int64_t i = 0; i < 5 * 4 * 3 * 3 * 3; ++i) {
    const std::int64_t extent = i / 108 + 3;
    const Window window{.size = i / 27 % 4 + 1,
                        .stride = i / 9 % 3 + 1,
                        .padding = i / 3 % 3,
                        .dilation = i % 3 + 1};
    const auto positions = window_positions(extent, window, "height");
    const std::int64_t expected = count_by_hand(extent, window);
    EXPECT_EQ(positions.has_value() ? *positions : 0, expected) << i;
  }
}

TEST(WindowPositions, RefusesWhatDoesNotFitOrOverflows) {
  EXPECT_EQ(window_positions(8, {.size = 0}, "width").error().message(),
            "the width of the window is 0; expected 1 or more");
  EXPECT_EQ(window_positions(8, {.size = 5, .dilation = 2}, "height").error().message(),
            "a window of 5 (dilation 2) does not fit into a height of 8 with 0 of padding at both "
            "ends");
  EXPECT_FALSE(window_positions(8, {.size = INT64_MAX, .dilation = 2}, "height").has_value());
  EXPECT_FALSE(window_positions(INT64_MAX, {.padding = INT64_MAX}, "height").has_value());
  EXPECT_EQ(*window_positions(INT64_MAX, {}, "height"), INT64_MAX);
}

}  // namespace
}  // namespace assay::graph
