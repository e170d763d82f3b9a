// SPDX-License-Identifier: MIT
#include "lab/workload/arm_under_test.h"

#include <gmock/gmock.h>

#include "lab/workload/misbehave.h"

namespace assay::workload {
namespace {

TEST(WorkloadUnderTest, LaysSettingsOverDefaultsAndSeesWhatIsNotApplied) {
  WorkloadUnderTest workload(misbehaving_workload());
  EXPECT_EQ(*workload.asked({{"at", std::string("verify")}}).text("at"), "verify");
  EXPECT_EQ(*workload.asked({}).text("mode"), "ok");
  EXPECT_THAT(workload.not_applied({}), ::testing::IsEmpty());
  EXPECT_THAT(workload.not_applied({{"mode", std::string("not_applied")}}),
              ::testing::ElementsAre("mode"));
  EXPECT_EQ(workload.arm({{"mode", std::string("unsupported")}}), nullptr);
  EXPECT_NE(workload.unsupported_reason({{"mode", std::string("unsupported")}}), "");
}

}  // namespace
}  // namespace assay::workload
