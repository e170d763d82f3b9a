// SPDX-License-Identifier: MIT
#include "lab/report/verdicts.h"

#include <gtest/gtest.h>

#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

using codec::Scalar;

TEST(VerdictsTable, HasEveryClaimOfEveryRun) {
  const InventedRun with = invented_sweep();
  InventedRun without = invented_sweep();
  without.spec.name = "silent";
  without.findings.claims.clear();
  const std::size_t claims = with.findings.claims.size();
  ASSERT_GT(claims, 1U);
  const figure::Table table = verdicts_table({with.view(), without.view()}, "night_summary");
  EXPECT_EQ(table.id, "night_summary");
  ASSERT_EQ(table.rows.size(), claims + 1);
  for (std::size_t i = 0; i < claims; ++i) {
    const analysis::ClaimFinding& claim = with.findings.claims[i];
    ASSERT_EQ(table.rows[i].size(), table.columns.size());
    EXPECT_EQ(table.rows[i][0], figure::Cell(Scalar(with.spec.name)));
    EXPECT_EQ(table.rows[i][2], figure::Cell(Scalar(std::string(to_text(claim.verdict)))));
    EXPECT_EQ(table.rows[i][3], figure::Cell(claim.value));
  }
  EXPECT_EQ(table.rows.back()[0], figure::Cell(Scalar(std::string("silent"))));
  EXPECT_EQ(table.rows.back()[1], figure::Cell(Scalar(std::string("makes no claim"))));
}

}  // namespace
}  // namespace assay::report
