// SPDX-License-Identifier: MIT
#include "core/statistics/multiplicity.h"

#include <gmock/gmock.h>

#include <vector>

namespace assay::statistics {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Worked by hand: sorted 0.01 0.02 0.03 0.04.
const std::vector<double> kPValues{0.04, 0.01, 0.03, 0.02};

TEST(Holm, ByHand) {
  // 4 x 0.01, 3 x 0.02, 2 x 0.03, then 1 x 0.04 lifted to what came before it.
  EXPECT_THAT(adjust_holm(kPValues),
              ElementsAre(DoubleEq(0.06), DoubleEq(0.04), DoubleEq(0.06), DoubleEq(0.06)));
  EXPECT_THAT(adjust_holm(std::vector<double>{0.9, 0.6}), ElementsAre(1, 1));
}

TEST(BenjaminiHochberg, ByHand) {
  // 0.01 x 4/1, 0.02 x 4/2, 0.03 x 4/3, 0.04 x 4/4: all 0.04.
  EXPECT_THAT(adjust_benjamini_hochberg(kPValues),
              ElementsAre(DoubleEq(0.04), DoubleEq(0.04), DoubleEq(0.04), DoubleEq(0.04)));
  // 0.001 x 3/1, 0.5 x 3/2, 0.6 x 3/3 which pulls the 0.75 down to 0.6.
  EXPECT_THAT(adjust_benjamini_hochberg(std::vector<double>{0.5, 0.001, 0.6}),
              ElementsAre(DoubleEq(0.6), DoubleEq(0.003), DoubleEq(0.6)));
}

TEST(Multiplicity, NothingAskedNothingAnswered) {
  EXPECT_THAT(adjust_holm({}), IsEmpty());
  EXPECT_THAT(adjust_benjamini_hochberg({}), IsEmpty());
}

}  // namespace
}  // namespace assay::statistics
