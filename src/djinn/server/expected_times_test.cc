// SPDX-License-Identifier: MIT
#include "djinn/server/expected_times.h"

#include <gtest/gtest.h>

namespace assay::djinn {
namespace {

TEST(ExpectedTimes, AreThoseOfTheLastTime) {
  ExpectedTimes times;
  EXPECT_EQ(times.find(7), std::nullopt);
  EXPECT_EQ(times.find(0), std::nullopt);
  times.note(7, 3us);
  times.note(7, 5us);
  EXPECT_EQ(times.find(7), 5us);
  EXPECT_EQ(times.find(8), std::nullopt);
}

TEST(ExpectedTimes, NeverTakeOneKindForAnother) {
  ExpectedTimes times;
  constexpr std::uint64_t kOther = 7 + ExpectedTimes::kPlaces;
  times.note(7, 3us);
  EXPECT_EQ(times.find(kOther), std::nullopt);
  times.note(kOther, 9us);
  EXPECT_EQ(times.find(7), std::nullopt) << "forgotten";
  EXPECT_EQ(times.find(kOther), 9us);
}

}  // namespace
}  // namespace assay::djinn
