// SPDX-License-Identifier: MIT
#include "engine/conformance/draws.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::conformance {
namespace {

TEST(Draw, GivesTheSameCaseForTheSameSeed) {
  Random left(9);
  Random right(9);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(draw(left).operands, draw(right).operands);
}

/// make_model() checks that operands fit their op.
TEST(Draw, FitsItsOpForAnySeed) {
  std::set<std::string> ops;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const OpCase drawn = draw(random);
    ops.insert(drawn.op);
    make_model(drawn, static_cast<Dress>(seed % 3));
  }
  EXPECT_GE(ops.size(), 13U);
}

}  // namespace
}  // namespace assay::conformance
