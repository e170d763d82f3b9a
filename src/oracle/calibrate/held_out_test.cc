// SPDX-License-Identifier: MIT
#include "oracle/calibrate/held_out.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "oracle/calibrate/invented_sweep.h"

namespace assay::calibrate {
namespace {

std::vector<Point> sweep(std::uint64_t seed, double noise) {
  const CpuModel model(invented_machine());
  return invented_sweep(model, planted_values(model, {{"step", 2}, {"call", 1.5}}), noise, seed);
}

/// Remembers which families it was shown.
Method witness(std::vector<std::set<std::string>>& shown) {
  return {"witness", [&shown](std::span<const Point> points) -> Trained {
            std::set<std::string> families;
            for (const Point& point : points)
              families.insert(point.family);
            shown.push_back(families);
            return [](const Work&) { return 1.0; };
          }};
}

TEST(HeldOut, AFamilyIsNeverShownToTheFitThatPredictsIt) {
  std::vector<std::set<std::string>> shown;
  const auto held_out = hold_out(sweep(1, 0.1), Grouping::kFamily, witness(shown));
  ASSERT_TRUE(held_out);
  ASSERT_EQ(shown.size(), held_out->groups.size());
  for (std::size_t group = 0; group < shown.size(); ++group) {
    EXPECT_FALSE(shown[group].contains(held_out->groups[group]));
    EXPECT_EQ(shown[group].size(), held_out->groups.size() - 1);
  }
  EXPECT_EQ(held_out->predicted.size(), invented_works().size());
}

TEST(HeldOut, OneGroupLeavesNothingToLearnFrom) {
  std::vector<Point> points = sweep(1, 0.1);
  std::erase_if(points, [](const Point& point) { return point.family != "mlp"; });
  std::vector<std::set<std::string>> shown;
  EXPECT_FALSE(hold_out(points, Grouping::kFamily, witness(shown)));
  EXPECT_TRUE(shown.empty());
  EXPECT_TRUE(hold_out(points, Grouping::kSize, witness(shown)));
  EXPECT_EQ(promised_half_width({points.data(), 1}, witness(shown), Grouping::kFamily), 0);
}

TEST(HeldOut, ScoresOfGroupsMakeUpTheWhole) {
  const auto held_out = hold_out(sweep(2, 0.1), Grouping::kSize, constant_method());
  ASSERT_TRUE(held_out);
  double sum = 0;
  int count = 0;
  for (int group = 0; group < std::ssize(held_out->groups); ++group) {
    const Score part = held_out->of(group);
    sum += part.mape * part.count;
    count += part.count;
  }
  EXPECT_EQ(count, held_out->whole().count);
  EXPECT_NEAR(sum / count, held_out->whole().mape, 1e-9 * sum);
}

// The promise is made before the group is seen; over many machines it has to be kept as often as
// it says, and not much more often either.
TEST(HeldOut, IntervalsCoverWhatTheyPromise) {
  const auto model = std::make_shared<const CpuModel>(invented_machine());
  double kept = 0;
  double promised = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto held_out = hold_out(sweep(seed, 0.1), Grouping::kSize, model_method(model), true);
    ASSERT_TRUE(held_out);
    kept += *held_out->whole().coverage * held_out->whole().count;
    promised += held_out->whole().count;
  }
  EXPECT_GE(kept / promised, 0.70);
  EXPECT_LE(kept / promised, 0.92);
}

TEST(HeldOut, GroupingsHaveNames) {
  EXPECT_EQ(to_text(Grouping::kFamily), "family");
  EXPECT_EQ(to_text(Grouping::kPoint), "point");
}

}  // namespace
}  // namespace assay::calibrate
