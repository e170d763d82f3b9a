// SPDX-License-Identifier: MIT
#include "lab/workload/misbehave.h"

#include <gmock/gmock.h>

#include <csignal>
#include <new>

#include "lab/workload/arm_under_test.h"

namespace assay::workload {
namespace {

spec::Factors mode(const std::string& name, const std::string& at = "run") {
  return {{"mode", name}, {"at", at}, {"memory_max_mib", std::int64_t{16}}};
}

TEST(Misbehave, GoesWrongInEveryWayThatReturns) {
  WorkloadUnderTest workload(misbehaving_workload());
  EXPECT_TRUE(workload.arm(mode("ok"))->run(3).has_value());
  EXPECT_TRUE(workload.arm(mode("ok"))->verify()->correct);
  EXPECT_FALSE(workload.arm(mode("wrong"))->verify()->correct);
  EXPECT_FALSE(workload.arm(mode("fail"))->run(1).has_value());
  EXPECT_THROW((void)workload.arm(mode("throw"))->run(1), std::runtime_error);
  EXPECT_THROW((void)workload.arm(mode("throw", "verify"))->verify(), std::runtime_error);
  EXPECT_THROW((void)workload.prepare(mode("throw", "prepare")), std::runtime_error);
  EXPECT_THROW((void)workload.arm(mode("out_of_memory"))->run(1), std::bad_alloc);
  EXPECT_EQ(workload.unsupported_reason(mode("unsupported")), "misbehave: unsupported on purpose");
}

TEST(MisbehaveDeathTest, Crashes) {
  WorkloadUnderTest workload(misbehaving_workload());
  const auto arm = workload.arm(mode("crash"));
  EXPECT_EXIT((void)arm->run(1), ::testing::KilledBySignal(SIGSEGV), "");
}

TEST(Misbehave, WritesWhatIsNoMessage) {
  WorkloadUnderTest workload(misbehaving_workload());
  ::testing::internal::CaptureStdout();
  EXPECT_TRUE(workload.arm(mode("garbage"))->run(1).has_value());
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), ::testing::HasSubstr("a message"));
}

}  // namespace
}  // namespace assay::workload
