// SPDX-License-Identifier: MIT
#include "lab/workload/hetero_gemm.h"

#include <gmock/gmock.h>

#include "lab/workload/arm_under_test.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

spec::Factors settings_of(const std::string& way, const std::string& library = "openblas") {
  return {{"m", std::int64_t{30}},
          {"k", std::int64_t{25}},
          {"pattern", std::string("16x2+13x3+11x1")},
          {"way", way},
          {"library", library}};
}

TEST(HeteroGemmWorkload, EveryWayGivesTheSameOutputs) {
  WorkloadUnderTest workload(hetero_gemm_workload());
  for (const std::string library : {"openblas", "onednn", "reference"}) {
    for (const std::string way : {"per_head", "per_group", "padded_max", "batched"}) {
      if (way == "batched" && library == "onednn") continue;
      const spec::Factors settings = settings_of(way, library);
      SCOPED_TRACE(to_text(settings));
      EXPECT_THAT(workload.not_applied(settings), IsEmpty());
      const auto arm = workload.arm(settings);
      ASSERT_NE(arm, nullptr);
      const Result<Verdict> verdict = arm->verify();
      ASSERT_TRUE(verdict.has_value()) << verdict.error().to_string();
      EXPECT_TRUE(verdict->correct) << verdict->method << ": " << verdict->error;
      EXPECT_EQ(arm->work().units, 30.0 * 25 * (16 * 2 + 13 * 3 + 11));
    }
  }
}

TEST(HeteroGemmWorkload, SaysHowMuchItDoes) {
  WorkloadUnderTest workload(hetero_gemm_workload());
  struct Case {
    std::string way;
    std::int64_t products;
    double calculated_per_useful;
  };
  for (const Case& c : {Case{"per_head", 6, 1}, Case{"per_group", 3, 1}, Case{"batched", 6, 1},
                        Case{"padded_max", 1, 96.0 / 82}}) {
    const spec::Factors mechanism = workload.arm(settings_of(c.way))->mechanism();
    EXPECT_EQ(*mechanism.integer("products"), c.products) << c.way;
    EXPECT_DOUBLE_EQ(*mechanism.number("calculated_per_useful"), c.calculated_per_useful) << c.way;
  }
}

TEST(HeteroGemmWorkload, MisalignedWidthsStayMisaligned) {
  WorkloadUnderTest workload(hetero_gemm_workload());
  const auto off_8 = [&](const std::string& way) {
    return *workload.arm(settings_of(way))->observed().integer("products_with_rows_off_8");
  };
  EXPECT_EQ(off_8("per_head"), 4);   // 13, 13, 13, 11
  EXPECT_EQ(off_8("per_group"), 2);  // 39, 11
  EXPECT_EQ(off_8("padded_max"), 0);
}

TEST(HeteroGemmWorkload, RefusesABadPatternAndWhatCannotBe) {
  WorkloadUnderTest workload(hetero_gemm_workload());
  spec::Factors settings = settings_of("per_head");
  settings.set("pattern", std::string("16x2+13"));
  EXPECT_THAT(workload.prepare(settings).error().message(), HasSubstr("part '13'"));
  const spec::WorkloadEntry entry = hetero_gemm_workload().entry;
  const auto pattern = std::ranges::find(entry.parameters, "pattern", &spec::Parameter::name);
  ASSERT_NE(pattern, entry.parameters.end());
  EXPECT_THAT(pattern->check("16x2+13").error().message(), HasSubstr("part '13'"))
      << "known when planning";
  EXPECT_TRUE(pattern->check("16x2+13x1"));
  EXPECT_THAT(workload.unsupported_reason(settings_of("batched", "onednn")),
              HasSubstr("whole pool"));
}

}  // namespace
}  // namespace assay::workload
