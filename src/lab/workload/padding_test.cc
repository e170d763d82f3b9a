// SPDX-License-Identifier: MIT
#include "lab/workload/padding.h"

#include <gmock/gmock.h>

#include "lab/workload/arm_under_test.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

spec::Factors settings_of(const std::string& operation, const std::string& pad,
                          std::int64_t physical) {
  return {{"operation", operation},      {"pad", pad},
          {"logical", std::int64_t{27}}, {"physical", physical},
          {"heads", std::int64_t{2}},    {"seq", std::int64_t{50}},
          {"m", std::int64_t{40}},       {"width", std::int64_t{30}}};
}

TEST(PaddingWorkload, IsTheSameMathematicsInEveryArm) {
  WorkloadUnderTest workload(padding_workload());
  for (const std::string operation : {"sdpa", "gemm_reduction", "gemm_projection"}) {
    for (const std::string pad : {"inside", "outside", "none"}) {
      for (const std::int64_t physical : {27, 32, 64}) {
        if (pad == "none" && physical != 27) continue;
        const spec::Factors settings = settings_of(operation, pad, physical);
        SCOPED_TRACE(to_text(settings));
        EXPECT_THAT(workload.not_applied(settings), IsEmpty());
        const auto arm = workload.arm(settings);
        ASSERT_NE(arm, nullptr);
        const Result<Verdict> verdict = arm->verify();
        ASSERT_TRUE(verdict.has_value()) << verdict.error().to_string();
        EXPECT_TRUE(verdict->correct) << verdict->method << ": " << verdict->error;
        EXPECT_THAT(verdict->method, HasSubstr("at the logical width"));
      }
    }
  }
}

TEST(PaddingWorkload, ArmsOfOneTrialDoNotDisturbOneAnother) {
  WorkloadUnderTest workload(padding_workload());
  std::vector<std::unique_ptr<PreparedArm>> arms;
  for (const std::int64_t physical : {32, 64, 40}) {
    arms.push_back(workload.arm(settings_of("sdpa", "outside", physical)));
  }
  for (const auto& arm : arms)
    EXPECT_TRUE(arm->verify()->correct);
  const double units = arms[0]->work().units;
  for (const auto& arm : arms)
    EXPECT_EQ(arm->work().units, units) << "useful work only";
}

TEST(PaddingWorkload, TabulatesItsMemory) {
  WorkloadUnderTest workload(padding_workload());
  const auto overhead = [&](const std::string& operation, std::int64_t physical) {
    return *workload.arm(settings_of(operation, "inside", physical))
                ->observed()
                .number("memory_overhead");
  };
  EXPECT_DOUBLE_EQ(overhead("sdpa", 27), 0);
  EXPECT_DOUBLE_EQ(overhead("sdpa", 54), 1);
  // a and b grow, c does not.
  EXPECT_DOUBLE_EQ(overhead("gemm_reduction", 54), (40.0 + 30) * 27 / ((40.0 + 30) * 27 + 1200));
}

TEST(PaddingWorkload, HasADtype) {
  WorkloadUnderTest workload(padding_workload());
  for (const std::string operation : {"sdpa", "gemm_reduction"}) {
    EXPECT_EQ(*workload.arm(settings_of(operation, "inside", 32))->observed().text("dtype"), "f32");
    for (const std::string dtype : {"f16", "bf16"}) {
      spec::Factors settings = settings_of(operation, "inside", 32);
      settings.set("dtype", dtype);
      EXPECT_THAT(workload.unsupported_reason(settings), ::testing::StartsWith(dtype + ": "));
    }
  }
}

TEST(PaddingWorkload, RefusesWhatMakesNoSense) {
  WorkloadUnderTest workload(padding_workload());
  EXPECT_EQ(workload.prepare(settings_of("sdpa", "inside", 26)).error().message(),
            "physical (26) must be at least logical (27): padding never shrinks");
  const spec::WorkloadEntry entry = padding_workload().entry;
  EXPECT_FALSE(entry.check(workload.asked(settings_of("sdpa", "inside", 26))))
      << "known when planning";
  EXPECT_TRUE(entry.check(workload.asked(settings_of("sdpa", "inside", 27))));
  EXPECT_THAT(workload.prepare(settings_of("sdpa", "none", 32)).error().message(),
              HasSubstr("set physical to 27"));
  WorkloadUnderTest rotated(padding_workload(), 1, measure::CacheState::kRotated);
  EXPECT_THAT(rotated.unsupported_reason(settings_of("sdpa", "inside", 32)),
              HasSubstr("cannot rotate"));
}

}  // namespace
}  // namespace assay::workload
