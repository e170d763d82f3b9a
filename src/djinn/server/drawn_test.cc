// SPDX-License-Identifier: MIT
#include "djinn/server/drawn.h"

#include <gtest/gtest.h>

#include <set>

namespace assay::djinn {
namespace {

TEST(Drawn, IsNeverTheSameAndNeverZero) {
  std::set<Capability> seen;
  for (int i = 0; i < 100; ++i) {
    const auto drawn = draw_capability();
    ASSERT_TRUE(drawn);
    EXPECT_FALSE(drawn->is_zero());
    EXPECT_TRUE(seen.insert(*drawn).second);
  }
  EXPECT_NE(*draw_epoch(), *draw_epoch());
}

}  // namespace
}  // namespace assay::djinn
