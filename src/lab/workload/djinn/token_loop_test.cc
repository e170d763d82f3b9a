// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/token_loop.h"

#include <gmock/gmock.h>

#include <map>

#include "lab/workload/arm_under_test.h"
#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

using ::testing::IsEmpty;

const spec::Factors kLoop{{"model", "gpt2_1x8x2"}, {"prompt", 3}, {"tokens", 20}};

TEST(TokenLoop, ACacheThatIsKeptMissesOnceAndAFlushedOneAlways) {
  for (const char* compile : {"reduce-overhead", "default"}) {
    for (const char* plans : {"kept", "flushed"}) {
      WorkloadUnderTest workload(token_loop_workload(stand_in_devices(), ""), 1);
      const spec::Factors asked = overlay(kLoop, {{"plans", plans}, {"compile", compile}});
      EXPECT_THAT(workload.not_applied(asked), IsEmpty()) << plans;
      const auto arm = workload.arm(asked);
      ASSERT_NE(arm, nullptr);
      const auto verdict = arm->verify();
      ASSERT_TRUE(verdict) << verdict.error().to_string();
      EXPECT_TRUE(verdict->correct) << verdict->error;
      ASSERT_TRUE(arm->run(2));
      const auto list = arm->metrics(2);
      const std::map<std::string, Value> metrics(list.begin(), list.end());
      const bool is_kept = std::string_view(plans) == "kept";
      EXPECT_DOUBLE_EQ(metrics.at("plan_hit_rate").number(), is_kept ? 0.95 : 0);
      EXPECT_DOUBLE_EQ(metrics.at("plan_misses").number(), is_kept ? 1 : 20);
      EXPECT_LE(metrics.at("wire_token").number(), 256) << "control bytes of a step";
      EXPECT_GT(metrics.at("dispatch").number(), 0);
    }
  }
}

TEST(TokenLoop, APromptOfOneTokenIsALoopToo) {
  WorkloadUnderTest workload(token_loop_workload(stand_in_devices(), ""), 1);
  const auto arm = workload.arm(overlay(kLoop, {{"prompt", 1}, {"tokens", 2}}));
  ASSERT_NE(arm, nullptr);
  const auto verdict = arm->verify();
  ASSERT_TRUE(verdict) << verdict.error().to_string();
  EXPECT_TRUE(verdict->correct);
}

TEST(TokenLoop, WantsADecoder) {
  const WorkloadUnderTest workload(token_loop_workload(stand_in_devices(), ""), 1);
  const spec::Parameter& model = workload.entry().parameters.front();
  EXPECT_TRUE(model.check("gpt2_1x8x2"));
  EXPECT_FALSE(model.check("mlp8-8"));
  EXPECT_FALSE(model.check("gtp2"));
}

}  // namespace
}  // namespace assay::workload
