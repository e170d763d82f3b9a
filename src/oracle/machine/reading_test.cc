// SPDX-License-Identifier: MIT
#include "oracle/machine/reading.h"

#include <gmock/gmock.h>

namespace assay::machine {
namespace {

TEST(Reading, IsAValueOrAReason) {
  const Reading<std::int64_t> zero(0);
  EXPECT_TRUE(zero.is_present());
  EXPECT_EQ(zero.value(), 0);

  const Reading<std::int64_t> none = absent("no cpufreq in /sys");
  EXPECT_FALSE(none.is_present());
  EXPECT_EQ(none.reason(), "no cpufreq in /sys");
  EXPECT_NE(none, zero) << "absent is never 0";
  EXPECT_EQ(Reading<bool>().reason(), "not read");
}

TEST(ReadingDeathTest, RefusesAValueThatIsNotThere) {
  EXPECT_DEATH((void)Reading<int>(absent("gone")).value(), "only where one was read");
  EXPECT_DEATH((void)Reading<int>(7).reason(), "only what is absent");
}

}  // namespace
}  // namespace assay::machine
