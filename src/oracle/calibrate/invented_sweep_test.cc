// SPDX-License-Identifier: MIT
#include "oracle/calibrate/invented_sweep.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::calibrate {
namespace {

TEST(InventedSweep, SpansTiersFamiliesAndFourDecades) {
  const CpuModel model(invented_machine());
  const std::vector<double> values = planted_values(model, {});
  const std::vector<Point> points = invented_sweep(model, values, 0, 1);
  std::set<std::string> families;
  std::set<std::string_view> bounds;
  double least = INFINITY;
  double most = 0;
  for (const Point& point : points) {
    families.insert(point.family);
    bounds.insert(model.bound_by(point.work, values));
    least = std::min(least, point.time_ns);
    most = std::max(most, point.time_ns);
  }
  EXPECT_THAT(families, ::testing::UnorderedElementsAre("mlp", "gemm", "conv", "resnet", "vit"));
  EXPECT_THAT(bounds, ::testing::UnorderedElementsAre("compute", "memory", "overhead"));
  EXPECT_GT(most / least, 1e4);
}

TEST(InventedSweep, TheSameSeedGivesTheSameTimes) {
  const CpuModel model(invented_machine());
  const auto times = [&](std::uint64_t seed) {
    std::vector<double> all;
    for (const Point& point :
         invented_sweep(model, planted_values(model, {{"step", 2}}), 0.1, seed))
      all.push_back(point.time_ns);
    return all;
  };
  EXPECT_EQ(times(3), times(3));
  EXPECT_NE(times(3), times(4));
}

}  // namespace
}  // namespace assay::calibrate
