// SPDX-License-Identifier: MIT
#include "lab/analysis/findings_node.h"

#include <gmock/gmock.h>

#include "core/codec/json.h"

namespace assay::analysis {
namespace {

TEST(FindingsNode, AValueIsWrittenWithItsState) {
  EXPECT_EQ(codec::to_json(to_node(Value::measured(2, Interval{1.5, 2.5}))),
            R"({"value":2.0,"low":1.5,"high":2.5,"state":"measured","reason":""})");
  EXPECT_EQ(codec::to_json(to_node(Value::missing(State::kUnsupported, "no fp16"))),
            R"({"value":null,"low":null,"high":null,"state":"unsupported","reason":"no fp16"})");
}

TEST(FindingsNode, WhatWasNotMeasuredIsNullAndNeverZero) {
  Findings findings;
  findings.cells.emplace_back();
  findings.ratios.emplace_back();
  findings.floors.emplace_back();
  const codec::Node node = to_node(findings);
  const codec::Node& cell = node.find("cells")->items()[0];
  for (const std::string_view key : {"time_ns", "time_clean_ns", "p99_ns", "flops_per_second"}) {
    EXPECT_TRUE(cell.find(key)->find("value")->is_null()) << key;
  }
  EXPECT_TRUE(cell.find("between_sd")->is_null());
  EXPECT_TRUE(cell.find("within_sd")->is_null());
  EXPECT_TRUE(node.find("ratios")->items()[0].find("p_value")->is_null());
  EXPECT_TRUE(node.find("floors")->items()[0].find("detectable")->is_null());
}

TEST(FindingsNode, HoldsEveryKindOfFinding) {
  Findings findings;
  findings.cliffs.push_back({.axis = "k",
                             .series = {{"arm", std::string("fast")}},
                             .before = 99,
                             .after = 100,
                             .ratio = 1.3,
                             .p_value = 0.001,
                             .dispatch = {}});
  findings.periods.push_back(
      {.axis = "k", .series = {}, .modulus = 8, .ratio = 1.2, .p_value = 0.001});
  ClaimFinding claim;
  claim.id = "c";
  claim.verdict = Verdict::kRefuted;
  findings.claims.push_back(claim);
  findings.status_counts["ok"] = 3;
  const std::string json = codec::to_json(to_node(findings));
  for (const std::string_view part :
       {R"("schema":"assay.findings/1")", R"("before":99.0,"after":100.0)", R"("dispatch":null)",
        R"("modulus":8)", R"("verdict":"refuted")", R"("status_counts":{"ok":3})"}) {
    EXPECT_THAT(json, ::testing::HasSubstr(part));
  }
}

TEST(Verdict, HasAWord) {
  EXPECT_EQ(to_text(Verdict::kSupported), "supported");
  EXPECT_EQ(to_text(Verdict::kNotMeasured), "not_measured");
}

}  // namespace
}  // namespace assay::analysis
