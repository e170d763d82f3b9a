// SPDX-License-Identifier: MIT
#include "oracle/calibrate/fit.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"

namespace assay::calibrate {
namespace {

/// time = a + b x, with x over five decades: both ends tell one coefficient each.
const std::vector<Coefficient>& line() {
  static const std::vector<Coefficient> list{{"a", "ns", "", 1'000, 1, 1, 1e6},
                                             {"b", "ns", "", 1, 1, 1e-3, 1e3}};
  return list;
}

double x_of(std::size_t i) {
  return std::pow(10.0, 1 + static_cast<double>(i % 50) / 10);
}

Predict line_prediction() {
  return
      [](std::size_t i, std::span<const double> values) { return values[0] + values[1] * x_of(i); };
}

std::vector<Datum> invented(double a, double b, double noise, std::size_t count,
                            std::uint64_t seed) {
  Random random(seed);
  std::vector<Datum> data;
  for (std::size_t i = 0; i < count; ++i)
    data.push_back({std::log(a + b * x_of(i)) + noise * random.normal(), 0.003});
  return data;
}

TEST(Fit, RecoversBothTermsAtOnce) {
  const Fit found = fit(line(), invented(4'000, 0.5, 0.001, 50, 1), line_prediction());
  EXPECT_TRUE(found.has_converged);
  EXPECT_NEAR(found.find("a")->value, 4'000, 40);
  EXPECT_NEAR(found.find("b")->value, 0.5, 0.005);
  EXPECT_EQ(found.find("c"), nullptr);
  EXPECT_LT(found.condition, 3) << "each end of the range tells one of them";
  for (const FittedCoefficient& one : found.coefficients)
    EXPECT_EQ(one.standing, Standing::kFitted);
}

TEST(Fit, IntervalsCoverAsOftenAsTheySay) {
  int covered = 0;
  int asked = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Fit found = fit(line(), invented(2'500, 1.7, 0.08, 40, seed), line_prediction());
    for (const auto& [name, truth] : {std::pair{"a", 2'500.0}, std::pair{"b", 1.7}}) {
      const Interval& interval = found.find(name)->interval;
      covered += interval.low <= truth && truth <= interval.high ? 1 : 0;
      ++asked;
    }
  }
  // 400 times 90 % is 360, give or take 12; a biased or optimistic fit would be far below.
  EXPECT_GE(covered, 0.86 * asked);
  EXPECT_LE(covered, 0.96 * asked);
}

TEST(Fit, ADisturbedPointDoesNotDecide) {
  std::vector<Datum> data = invented(2'000, 1, 0.02, 50, 5);
  data[49].log_time += std::log(4.0);  // A neighbour took the machine while it was measured.
  data[3].log_time += std::log(3.0);
  const Fit found = fit(line(), data, line_prediction());
  EXPECT_NEAR(found.find("a")->value, 2'000, 100);
  EXPECT_NEAR(found.find("b")->value, 1, 0.05);
  EXPECT_LT(found.scale, 0.06);
}

TEST(Fit, WhatTheDataDoNotTellIsHeldAndSaysSo) {
  // Only small x: the slope is under the constant.
  const Predict small = [](std::size_t i, std::span<const double> values) {
    return values[0] + values[1] * 1e-3 * static_cast<double>(i);
  };
  std::vector<Datum> data(20, Datum{std::log(5'000.0), 0.003});
  const Fit found = fit(line(), data, small);
  EXPECT_EQ(found.find("a")->standing, Standing::kFitted);
  EXPECT_NEAR(found.find("a")->value, 5'000, 50);
  const FittedCoefficient& b = *found.find("b");
  EXPECT_EQ(b.standing, Standing::kHeld);
  EXPECT_EQ(b.value, 1) << "its prior";
  EXPECT_NEAR(b.interval.high, std::exp(1.645), 0.01) << "and its prior's width";
  EXPECT_GT(found.covariance.at(1, 1), 0.9) << "next to nothing was learned of it";
}

TEST(Fit, OfTwoThatOnlyTheirProductShowsOneIsHeld) {
  const Predict product = [](std::size_t, std::span<const double> values) {
    return values[0] * values[1];
  };
  std::vector<Datum> data(30, Datum{std::log(3'000.0), 0.003});
  const Fit found = fit(line(), data, product);
  int held = 0;
  for (const FittedCoefficient& one : found.coefficients)
    held += one.standing == Standing::kHeld ? 1 : 0;
  EXPECT_EQ(held, 1);
  EXPECT_NEAR(found.values()[0] * found.values()[1], 3'000, 30) << "the other takes it all";
}

TEST(Fit, StopsAtABoundAndSaysSo) {
  const std::vector<Coefficient> tight{{"a", "ns", "", 1'000, 1, 900, 1'100},
                                       {"b", "ns", "", 1, 1, 1e-3, 1e3}};
  const Fit found = fit(tight, invented(1'500, 1, 0.01, 50, 2), line_prediction());
  EXPECT_EQ(found.find("a")->standing, Standing::kAtBound);
  EXPECT_NEAR(found.find("a")->value, 1'100, 1);
}

TEST(Fit, WeighsPointsByTheirOwnNoise) {
  std::vector<Datum> data = invented(2'000, 1, 0, 50, 3);
  for (std::size_t i = 25; i < 50; ++i) {  // The upper half is off, and known to be worth little.
    data[i].log_time += 0.5;
    data[i].log_sd = 1;
  }
  const Fit found = fit(line(), data, line_prediction());
  EXPECT_NEAR(found.find("a")->value, 2'000, 100);
  EXPECT_NEAR(found.find("b")->value, 1, 0.15);
}

TEST(Fit, OnePointMovesOnlyWhatItTells) {
  const Fit found = fit(line(), invented(8'000, 1, 0, 1, 1), line_prediction());
  EXPECT_GT(found.find("a")->value, 5'000);
  EXPECT_EQ(found.find("b")->standing, Standing::kHeld);
  EXPECT_GE(found.degrees, 1);
}

}  // namespace
}  // namespace assay::calibrate
