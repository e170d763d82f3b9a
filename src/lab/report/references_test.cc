// SPDX-License-Identifier: MIT
#include "lab/report/references.h"

#include <gmock/gmock.h>

namespace assay::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<analysis::ClaimFinding> one_claim() {
  analysis::ClaimFinding claim;
  claim.id = "flash";
  claim.verdict = analysis::Verdict::kSupported;
  claim.value = Value::measured(0.55, Interval{0.54, 0.56});
  claim.bound = "< 0.667";
  claim.because = "the whole interval is below the bound";
  return {claim};
}

TEST(FillReferences, PutsTheMeasuredValueIntoTheText) {
  const auto filled = fill_references(
      "Flash takes {{claim:flash.value}} of the time\n({{claim:flash.verdict}}).", one_claim());
  ASSERT_TRUE(filled) << filled.error().to_string();
  EXPECT_EQ(*filled, "Flash takes 0.550 ± 0.010 of the time\n(supported).");
}

TEST(FillReferences, MistakesNameTheLineAndTheNearestName) {
  using Case = std::pair<std::string, std::string>;
  for (const auto& [text, want] :
       {Case{"\n{{claim:flahs.value}}", "unknown claim: flahs; did you mean flash?"},
        Case{"{{claim:flash.vaule}}", "did you mean value?"}, Case{"{{claim:flash}}", "known:"},
        Case{"a\nb {{claim:flash.value\n}}", "not closed by }} in line 2"}}) {
    const auto filled = fill_references(text, one_claim());
    ASSERT_FALSE(filled) << text;
    EXPECT_THAT(filled.error().to_string(), HasSubstr(want));
  }
}

TEST(LiteralsBesideReferences, AreFound) {
  EXPECT_THAT(literals_beside_references("1.5 times\nsee {{claim:x1.value}} here\n"), IsEmpty());
  EXPECT_THAT(literals_beside_references("a\nfaster by {{claim:x.value}}, that is 1.5x\n"),
              ElementsAre("2: faster by {{claim:x.value}}, that is 1.5x"));
}

}  // namespace
}  // namespace assay::report
