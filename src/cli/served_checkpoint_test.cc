// SPDX-License-Identifier: MIT
// The workloads that talk to a server, on a checkpoint of a folder. It is here because the invented
// checkpoint is.
#include <gmock/gmock.h>

#include "cli/invented_checkpoint.h"
#include "cli/registration.h"
#include "lab/workload/arm_under_test.h"
#include "lab/workload/djinn/served.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ServedCheckpoint, IsLoadedFromItsFolderByEveryArm) {
  const InventedCheckpoint checkpoint;
  const auto registries = make_registries();
  ASSERT_TRUE(registries);
  workload::WorkloadUnderTest served(workload::served_workload(registries->devices, ""), 1);
  const spec::Factors text{
      {"model", "checkpoint:" + checkpoint.path().string()}, {"sequence", 5}, {"decode", 6}};
  for (const spec::Factors& how :
       {spec::Factors{{"way", "native"}}, spec::Factors{{"way", "djinn"}, {"transport", "unix"}},
        spec::Factors{{"way", "resent"}, {"transport", "unix"}}}) {
    const spec::Factors asked = overlay(text, how);
    EXPECT_THAT(served.not_applied(asked), IsEmpty()) << to_text(how);
    const auto arm = served.arm(asked);
    ASSERT_NE(arm, nullptr);
    const auto verdict = arm->verify();
    ASSERT_TRUE(verdict) << verdict.error().to_string();
    EXPECT_TRUE(verdict->correct);
  }
}

TEST(ServedCheckpoint, AFolderThatIsNotThereIsTheUsersMistake) {
  const workload::WorkloadUnderTest served(workload::served_workload(nullptr, ""), 1);
  const spec::Parameter& model = served.entry().parameters.front();
  const auto checked = model.check("checkpoint:/nowhere");
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().to_string(), HasSubstr("no folder /nowhere"));
  EXPECT_FALSE(model.check("gpt3"));
  EXPECT_TRUE(model.check("gpt2_tiny"));
}

}  // namespace
}  // namespace assay::cli
