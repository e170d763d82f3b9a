// SPDX-License-Identifier: MIT
#include "djinn/server/stats_document.h"

#include <gtest/gtest.h>

#include "core/codec/json.h"

namespace assay::djinn {
namespace {

TEST(StatsDocument, FindsWhatIsToldAndNothingElse) {
  const codec::Node stats =
      *codec::parse_json(R"({"a": {"b": 3, "c": "text"}, "list": [{"n": 1}, {"n": 2.5}, {}, 7]})");
  EXPECT_EQ(number_at(stats, "a.b"), 3.0);
  EXPECT_EQ(text_at(stats, "a.c"), "text");
  EXPECT_EQ(count_at(stats, "list"), 4);
  EXPECT_EQ(sum_at(stats, "list", "n"), 3.5);
  EXPECT_EQ(&node_at(stats, ""), &stats);
  for (const char* const path : {"b", "a.b.c", "a..b", "a.c.", "list.n", "a", ".", "a.x"}) {
    EXPECT_EQ(number_at(stats, path), std::nullopt) << path;
    EXPECT_EQ(count_at(stats, path), std::nullopt) << path;
    EXPECT_EQ(sum_at(stats, path, "n"), std::nullopt) << path;
  }
  EXPECT_EQ(text_at(stats, "a.b"), "");
  EXPECT_TRUE(node_at(stats, "x.y.z").is_null());
}

}  // namespace
}  // namespace assay::djinn
