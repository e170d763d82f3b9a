// SPDX-License-Identifier: MIT
#include "lab/workload/planted.h"

#include <gmock/gmock.h>

#include "core/clock.h"
#include "lab/workload/arm_under_test.h"

namespace assay::workload {
namespace {

TEST(Planted, ThePatternIsWhatWasAskedFor) {
  PlantedPattern pattern{.base_ns = 1'000,
                         .ns_per_x = 10,
                         .cliff_at = 100,
                         .cliff_ratio = 1.5,
                         .period = 8,
                         .period_ratio = 1.2};
  struct Case {
    std::int64_t x;
    double ns;
  };
  for (const Case& c : {Case{96, 1'960}, Case{97, 1'970 * 1.2}, Case{104, 2'040 * 1.5},
                        Case{100, 2'000 * 1.5 * 1.2}, Case{0, 1'000}}) {
    pattern.x = c.x;
    EXPECT_DOUBLE_EQ(planted_ns(pattern), c.ns) << c.x;
  }
  pattern.cliff_at = 0;
  pattern.period = 0;
  EXPECT_DOUBLE_EQ(planted_ns(pattern), 1'000);
}

TEST(Planted, ACallLastsAtLeastThatLong) {
  WorkloadUnderTest workload(planted_workload());
  const spec::Factors settings{{"x", std::int64_t{3}}, {"base_ns", 50'000.0}};
  const auto arm = workload.arm(settings);
  ASSERT_NE(arm, nullptr);
  const Nanoseconds start = SteadyClock::read();
  ASSERT_TRUE(arm->run(4).has_value());
  EXPECT_GE((SteadyClock::read() - start).count(), 200'000);
  EXPECT_TRUE(arm->verify()->correct);
  EXPECT_EQ(arm->work().units, 3);
  EXPECT_THAT(workload.not_applied(settings), ::testing::IsEmpty());
}

TEST(Planted, TheMechanismChangesAtTheCliff) {
  WorkloadUnderTest workload(planted_workload());
  const auto kernel = [&](std::int64_t x) {
    return *workload.arm({{"x", x}, {"cliff_at", std::int64_t{5}}})->mechanism().text("kernel");
  };
  EXPECT_EQ(kernel(4), "spin");
  EXPECT_EQ(kernel(5), "spin behind the cliff");
}

}  // namespace
}  // namespace assay::workload
