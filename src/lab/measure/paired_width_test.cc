// SPDX-License-Identifier: MIT
#include "lab/measure/paired_width.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/random.h"

namespace assay::measure {
namespace {

TEST(PairedWidth, NeedsRoundsEnoughForAnInterval) {
  PairedWidth width(2);
  for (int round = 0; round < 5; ++round) {
    width.add(std::array{100.0, 100.0});
    EXPECT_FALSE(width.half_width()) << round;
  }
}

TEST(PairedWidth, WhatBothArmsShareCancels) {
  Random random(1);
  PairedWidth paired(2);
  PairedWidth single(1);
  for (int round = 0; round < 50; ++round) {
    const double weather = std::exp(0.3 * random.normal());
    paired.add(std::array{100 * weather, 102 * weather});
    single.add(std::array{100 * weather});
  }
  ASSERT_TRUE(paired.half_width());
  ASSERT_TRUE(single.half_width());
  EXPECT_NEAR(*paired.half_width(), 0, 1e-12);
  EXPECT_GT(*single.half_width(), 0.03);
}

TEST(PairedWidth, IsThatOfTheWorstArm) {
  Random random(2);
  PairedWidth width(3);
  for (int round = 0; round < 50; ++round) {
    width.add(std::array{100.0, 100.0, 100.0 * std::exp(0.1 * random.normal())});
  }
  ASSERT_TRUE(width.half_width());
  EXPECT_GT(*width.half_width(), 0.01);
  EXPECT_LT(*width.half_width(), 0.1);
}

TEST(PairedWidth, ACoarseClockMayShowNoTime) {
  PairedWidth width(2);
  for (int round = 0; round < 20; ++round)
    width.add(std::array{0.0, 0.0});
  ASSERT_TRUE(width.half_width());
  EXPECT_EQ(*width.half_width(), 0);
}

TEST(PairedWidth, SeesARatioThatDrifts) {
  PairedWidth steady(2);
  PairedWidth drifting(2);
  for (int round = 0; round < 40; ++round) {
    steady.add(std::array{100.0 + round, 100.0 + round});
    drifting.add(std::array{100.0, 100.0 + 0.5 * round});
  }
  EXPECT_FALSE(steady.is_drifting(0.01));
  EXPECT_TRUE(drifting.is_drifting(0.01));
}

}  // namespace
}  // namespace assay::measure
