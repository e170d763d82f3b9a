// SPDX-License-Identifier: MIT
#include "lab/workload/head_pattern.h"

#include <gmock/gmock.h>

namespace assay::workload {
namespace {

TEST(HeadPattern, ReadsAndWrites) {
  const Result<std::vector<HeadGroup>> groups = parse_head_pattern("128x2+107x1+96x3");
  ASSERT_TRUE(groups.has_value());
  EXPECT_THAT(*groups,
              ::testing::ElementsAre(HeadGroup{128, 2}, HeadGroup{107, 1}, HeadGroup{96, 3}));
  EXPECT_THAT(widths_of(*groups), ::testing::ElementsAre(128, 128, 107, 96, 96, 96));
  EXPECT_EQ(head_pattern_of(widths_of(*groups)), "128x2+107x1+96x3");
  EXPECT_EQ(head_pattern_of({}), "");
}

TEST(HeadPattern, SaysWhichPartIsWrong) {
  for (const std::string text : {"", "128", "128x", "x8", "128x8+", "128x0", "-1x8", "1e3x8",
                                 "128x8,107x8", "9999999x1", "128x99999999999999999999"}) {
    const Result<std::vector<HeadGroup>> groups = parse_head_pattern(text);
    ASSERT_FALSE(groups.has_value()) << text;
    EXPECT_THAT(groups.error().message(), ::testing::HasSubstr("must be WIDTHxCOUNT")) << text;
  }
  EXPECT_THAT(parse_head_pattern("128x8+107").error().message(),
              ::testing::HasSubstr("part '107'"));
}

}  // namespace
}  // namespace assay::workload
