// SPDX-License-Identifier: MIT
#include "oracle/calibrate/judgement_text.h"

#include <gmock/gmock.h>

#include "oracle/calibrate/invented_sweep.h"

namespace assay::calibrate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Judgement judged(double peak, const char* only_family = nullptr) {
  const CpuModel truth(invented_machine());
  std::vector<Point> points = invented_sweep(truth, planted_values(truth, {{"step", 2}}), 0.04, 5);
  if (only_family != nullptr) {
    std::erase_if(points, [&](const Point& point) { return point.family != only_family; });
  }
  auto judgement =
      judge(std::move(points), std::make_shared<const CpuModel>(invented_machine(peak)),
            {.value = 0.7, .source = "the profile x"});
  EXPECT_TRUE(judgement) << judgement.error().to_string();
  return *std::move(judgement);
}

constexpr auto kContext = [] {
  return ReportContext{
      .source = "a.csv", .profile = "hardware/x.yaml", .command = "assay calibrate"};
};

TEST(JudgementText, HasTheSectionsOfTheSeedAndThoseOfASceptic) {
  const std::string page = to_markdown(judged(150e9), kContext());
  for (const char* part : {"# Calibration report: an invented machine",
                           "## Summary",
                           "Verdict: **calibrated for",
                           "Noise floor",
                           "## Errors",
                           "held out by family",
                           "## Beside the baselines",
                           "| peak roofline |",
                           "| one efficiency factor |",
                           "| three-parameter roofline |",
                           "| constant |",
                           "## Each family, held out",
                           "## Each size, held out",
                           "## Bottlenecks",
                           "AI > 10",
                           "Current: `efficiency_factor = 0.700` (the profile x)",
                           "Recommended: `efficiency_factor = 0.7",
                           "Expected error on models like these",
                           "hardware/x.yaml",
                           "## Coefficients",
                           "condition number",
                           "## The worst five",
                           "## Every point",
                           "gemm8x2048x2048, batch 16",
                           "## Next"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(JudgementText, AWrongPeakStandsInTheSummaryAndNothingIsToBeApplied) {
  const std::string page = to_markdown(judged(50e9), kContext());
  EXPECT_THAT(page, HasSubstr("**Contradiction**: the peak of 50 GFLOP/s"));
  EXPECT_THAT(page, HasSubstr("Nothing should be applied"));
  EXPECT_THAT(page, Not(HasSubstr("Verdict: **calibrated")));
}

TEST(JudgementText, OneFamilyIsAskedForASecond) {
  const std::string page = to_markdown(judged(150e9, "mlp"), kContext());
  EXPECT_THAT(page, Not(HasSubstr("## Each family, held out")));
  EXPECT_THAT(page, HasSubstr("Sweep a second family"));
}

TEST(JudgementText, TheSummaryIsTheVerdictAndItsNumbers) {
  const std::string text = summary_of(judged(150e9));
  EXPECT_THAT(text, HasSubstr("calibrated for mlp"));
  EXPECT_THAT(text, HasSubstr("54 points; MAPE"));
  EXPECT_THAT(text, HasSubstr("noise floor"));
}

}  // namespace
}  // namespace assay::calibrate
