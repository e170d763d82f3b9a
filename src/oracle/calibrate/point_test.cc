// SPDX-License-Identifier: MIT
#include "oracle/calibrate/point.h"

#include <gmock/gmock.h>

#include <cmath>

namespace assay::calibrate {
namespace {

using ::testing::HasSubstr;

SweepRow row(const char* model, double time_ms, double sd_ms = 0) {
  return {.configuration = {.model = model, .batch = 2}, .time_ms = time_ms, .time_sd_ms = sd_ms};
}

TEST(Point, CountsEachRow) {
  const auto points =
      points_of(std::vector<SweepRow>{row("mlp64-32-16", 0.5, 0.05), row("gemm8x8x8", 2)});
  ASSERT_TRUE(points) << points.error().to_string();
  EXPECT_EQ((*points)[0].family, "mlp");
  EXPECT_EQ((*points)[0].time_ns, 5e5);
  EXPECT_NEAR((*points)[0].log_sd, 0.1, 1e-12);
  EXPECT_EQ((*points)[1].work.products, 2.0 * 2 * 8 * 8 * 8);
  EXPECT_EQ(title_of((*points)[1]), "gemm8x8x8, batch 2");
  EXPECT_EQ(size_of((*points)[1]), "1e3 flops");
  const std::vector<Datum> data = data_of(*points);
  EXPECT_NEAR(data[0].log_time, std::log(5e5), 1e-12);
  EXPECT_GT(data[1].log_sd, 0) << "nothing repeats exactly, said or not";
  EXPECT_NEAR(noise_floor(*points), 0.1 / 2 * 0.79788, 1e-5);
}

TEST(Point, OneMachineAtATime) {
  std::vector<SweepRow> rows{row("mlp4-4", 1), row("mlp4-4", 1)};
  rows[1].device = "torch";
  const auto points = points_of(rows);
  ASSERT_FALSE(points);
  EXPECT_THAT(points.error().to_string(), HasSubstr("row 2: torch at fp32 beside cpu at fp32"));
}

TEST(Point, AModelThatIsNoneNamesItsRow) {
  const auto points = points_of(std::vector<SweepRow>{row("mlp4-4", 1), row("mlq4-4", 1)});
  ASSERT_FALSE(points);
  EXPECT_THAT(points.error().to_string(), HasSubstr("in row 2"));
}

}  // namespace
}  // namespace assay::calibrate
