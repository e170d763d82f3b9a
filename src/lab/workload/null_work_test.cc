// SPDX-License-Identifier: MIT
#include "lab/workload/null_work.h"

#include <gmock/gmock.h>

#include "lab/workload/arm_under_test.h"

namespace assay::workload {
namespace {

TEST(NullWork, RunsAndIsRight) {
  WorkloadUnderTest workload(null_workload());
  const auto arm = workload.arm({});
  ASSERT_NE(arm, nullptr);
  EXPECT_TRUE(arm->run(1'000'000).has_value());
  EXPECT_TRUE(arm->verify()->correct);
  EXPECT_EQ(arm->work().units, 0);
}

}  // namespace
}  // namespace assay::workload
