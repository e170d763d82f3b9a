// SPDX-License-Identifier: MIT
#include "lab/report/answer.h"

#include <gmock/gmock.h>

#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

TEST(AnswerOf, IsASentenceWithItsEvidenceTheDecidedFirst) {
  InventedRun run = invented_backends();
  run.findings.claims = {
      invented_claim("c", "C holds.", analysis::Verdict::kUndecided, Value(), "< 1", "one process"),
      invented_claim("b", "B holds.", analysis::Verdict::kRefuted, Value::measured(2), "< 1",
                     "2 at k=1 against < 1."),
      invented_claim("a", "A holds.", analysis::Verdict::kSupported, Value::measured(0.5), "< 1",
                     "0.5 at k=1 against < 1")};
  EXPECT_EQ(answer_of(run.view()),
            "It is supported that “A holds” (0.5 at k=1 against < 1), refuted that “B holds” "
            "(2 at k=1 against < 1), and undecided whether “C holds” (one process).");
  run.findings.claims.resize(1);
  EXPECT_EQ(answer_of(run.view()), "It is undecided whether “C holds” (one process).");
}

TEST(AnswerOf, SaysWhereNoClaimIsMade) {
  InventedRun run = invented_backends();
  run.findings.claims.clear();
  EXPECT_EQ(answer_of(run.view()), "No claim answers it; the tables and figures do.");
}

}  // namespace
}  // namespace assay::report
