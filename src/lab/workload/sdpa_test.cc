// SPDX-License-Identifier: MIT
#include "lab/workload/sdpa.h"

#include <gmock/gmock.h>

#include "lab/workload/arm_under_test.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

spec::Factors settings_of(const std::string& implementation, bool causal = false) {
  return {{"heads", std::int64_t{3}},  {"seq_q", std::int64_t{50}},
          {"seq_k", std::int64_t{70}}, {"head_dim", std::int64_t{27}},
          {"causal", causal},          {"implementation", implementation}};
}

TEST(SdpaWorkload, AppliesEveryFactorAndIsRight) {
  WorkloadUnderTest workload(sdpa_workload());
  for (const std::string implementation : {"auto", "flash", "math", "reference"}) {
    for (const bool causal : {false, true}) {
      for (const double scale : {0.0, 0.1}) {
        spec::Factors settings = settings_of(implementation, causal);
        settings.set("scale", scale);
        SCOPED_TRACE(to_text(settings));
        EXPECT_THAT(workload.not_applied(settings), IsEmpty());
        const auto arm = workload.arm(settings);
        ASSERT_NE(arm, nullptr);
        const Result<Verdict> verdict = arm->verify();
        ASSERT_TRUE(verdict.has_value()) << verdict.error().to_string();
        EXPECT_TRUE(verdict->correct) << verdict->method << ": " << verdict->error;
      }
    }
  }
}

TEST(SdpaWorkload, AutoRecordsWhatItChoseAndWhy) {
  WorkloadUnderTest workload(sdpa_workload());
  const spec::Factors mechanism = workload.arm(settings_of("auto"))->mechanism();
  EXPECT_THAT(*mechanism.text("kernel"), ::testing::AnyOf("flash", "math"));
  EXPECT_NE(*mechanism.text("chosen_because"), "");
}

TEST(SdpaWorkload, MemoryIsLinearForFlashOnly) {
  WorkloadUnderTest workload(sdpa_workload());
  const auto scratch = [&](const std::string& implementation, std::int64_t seq) {
    spec::Factors settings = settings_of(implementation);
    settings.set("seq_q", seq);
    settings.set("seq_k", seq);
    return *workload.arm(settings)->mechanism().integer("scratch_bytes");
  };
  EXPECT_LT(scratch("flash", 2048), 2 * scratch("flash", 1024));
  EXPECT_EQ(scratch("math", 2048), 4 * scratch("math", 1024));
}

TEST(SdpaWorkload, SaysWhatACpuHasNot) {
  WorkloadUnderTest workload(sdpa_workload());
  EXPECT_THAT(workload.unsupported_reason(settings_of("mem_efficient")), HasSubstr("NVIDIA GPUs"));
  spec::Factors half = settings_of("flash");
  half.set("dtype", std::string("f16"));
  EXPECT_THAT(workload.unsupported_reason(half), HasSubstr("f16"));
}

TEST(SdpaWorkload, RotatesThroughCopies) {
  WorkloadUnderTest workload(sdpa_workload(), 2, measure::CacheState::kRotated);
  const auto arm = workload.arm(settings_of("flash"));
  ASSERT_NE(arm, nullptr);
  EXPECT_GE(*arm->observed().integer("copies"), 2);
  EXPECT_TRUE(arm->run(3).has_value());
  EXPECT_TRUE(arm->verify()->correct);
}

}  // namespace
}  // namespace assay::workload
