// SPDX-License-Identifier: MIT
#include "engine/models/builders/sizes.h"

#include <gmock/gmock.h>

namespace assay::models {
namespace {

TEST(Sizes, SayWhatIsOutOfBounds) {
  EXPECT_TRUE(check_sizes("vit", {{"patch", 1}, {"depth", 0, 0, 5}, {"width", kSizeMax}}));
  EXPECT_EQ(check_sizes("vit", {{"patch", 3}, {"width", 0}}).error().message(),
            "vit: width is 0; expected 1 to 16777216");
  EXPECT_EQ(check_sizes("vit", {{"depth", 6, 0, 5}}).error().message(),
            "vit: depth is 6; expected 0 to 5");
}

TEST(Sizes, SayWhatDoesNotDivide) {
  EXPECT_TRUE(check_divides("vit", {"patch", 16}, {"side", 224}));
  EXPECT_EQ(check_divides("vit", {"patch", 14}, {"side", 225}).error().message(),
            "vit: side is 225; expected a multiple of patch, which is 14");
}

}  // namespace
}  // namespace assay::models
