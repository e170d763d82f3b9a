// SPDX-License-Identifier: MIT
#include "lab/report/markdown.h"

#include <gmock/gmock.h>

#include "lab/figure/table_text.h"
#include "lab/report/answer.h"
#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;

std::string text_of(const std::vector<RunView>& views) {
  const auto text = to_markdown(views);
  EXPECT_TRUE(text);
  return text ? *text : "";
}

TEST(ToMarkdown, OpensWithTheQuestionAndTheVerdicts) {
  const InventedRun run = invented_sweep();
  const std::string text = text_of({run.view()});
  const std::string opening = R"(# Assay report

## g3_gemm_k

What does a K that is not a multiple of 8 cost a GEMM?

)" + figure::escape_markdown(answer_of(run.view())) +
                              R"(

Run `20260321_0412_g3_gemm_k`, scale `cpu`, workload `gemm`.

### Verdicts

- **SUPPORTED** A K that is not a multiple of 8 costs more than 5 % per unit work. (`odd_k_costs`)
  Seen 1.307 ± 0.027, bound > 1.05. The lower bound 1.281 is above 1.05 at every selected point.
  Evidence: `k=96`, `k=107`, `k=112`.
)";
  EXPECT_EQ(text.substr(0, opening.size()), opening);
  EXPECT_THAT(text, HasSubstr("- **NOT MEASURED** The memory-efficient"));
}

TEST(ToMarkdown, SaysHowFarToTrustAndHowToRepeat) {
  const InventedRun run = invented_sweep();
  const std::string text = text_of({run.view()});
  for (const char* const part :
       {"sees differences from 1.4 %", "- warning: steal time was 2.1 %",
        "- doubt in 6 cells: preempted", "plots/time.png", "### Cliffs", "### Periods",
        "### Floors", "assay run experiments/night_sweep/g3.yaml --only k=107", "cpu.cores: 2"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(ToMarkdown, AFailedSelfTestIsSaid) {
  InventedRun run = invented_sweep();
  run.findings.claims[0].self_test_passed = false;
  EXPECT_THAT(text_of({run.view()}), HasSubstr("Its self-test did not pass"));
}

TEST(ToMarkdown, ShowsTagsAndControlCharactersAsText) {
  InventedRun run = invented_sweep();
  const std::string hostile = "<script>alert(1)</script>\x1b[31m";
  run.spec.question = hostile;
  run.spec.figures[0].title = hostile;
  run.findings.claims[0].says = hostile;
  run.findings.claims[0].because = hostile;
  run.findings.cells[0].doubts = {hostile};
  const std::string text = text_of({run.view()});
  EXPECT_THAT(text, ::testing::Not(HasSubstr("<script")));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("&lt;script>alert(1)&lt;/script>\\x1b[31m"));
}

TEST(ToMarkdown, AFamilyOpensWithAnOverview) {
  const InventedRun one = invented_sweep();
  const InventedRun two = invented_backends();
  const std::string text = text_of({one.view(), two.view()});
  EXPECT_THAT(text, HasSubstr("| g3_gemm_k | odd_k_costs: supported"));
  EXPECT_THAT(text, HasSubstr("plots/20260321_0412_s2_backends_backends.png"));
}

}  // namespace
}  // namespace assay::report
