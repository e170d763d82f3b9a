// SPDX-License-Identifier: MIT
#include "lab/spec/results.h"

#include <gmock/gmock.h>

#include "core/codec/yaml.h"
#include "lab/spec/test_vocabulary.h"

namespace assay::spec {
namespace {

using ::testing::HasSubstr;

Result<Spec> spec_of(const std::string& results) {
  ASSAY_TRY(const codec::Node document,
            codec::parse_yaml("name: x\ngroup: g\nquestion: Q?\nworkload: gemm\n"
                              "params: {m: 1, n: 2, k: 3}\n" +
                                  results,
                              "x.yaml"));
  return spec_from(document, test_vocabulary());
}

TEST(LabelOf, FillsFactorsInAndAddsWhatHolds) {
  const auto spec = spec_of(
      "results: {label: 'gemm{m}x{n}', suffixes: {_odd: k % 2 == 1, '_{arm}': arm != 'only',\n"
      "  '_in_{dtype}': dtype != 'f32'}}\n");
  ASSERT_TRUE(spec) << spec.error().to_string();
  const auto label = [&](const Factors& more) {
    const Factors names{{"m", std::int64_t{8}},
                        {"n", std::int64_t{9}},
                        {"k", std::int64_t{4}},
                        {"dtype", std::string("f32")},
                        {"arm", std::string("only")}};
    return *label_of(spec->results, overlay(names, more));
  };
  EXPECT_EQ(label({}), "gemm8x9");
  EXPECT_EQ(label({{"k", std::int64_t{5}}}), "gemm8x9_odd");
  EXPECT_EQ(label({{"k", std::int64_t{5}}, {"arm", std::string("fast")}}), "gemm8x9_odd_fast");
  EXPECT_EQ(label({{"dtype", std::string("bf16")}}), "gemm8x9_in_bf16");
}

TEST(LabelOf, AnswersWhereAPointLacksAFactor) {
  const auto spec = spec_of("results: {label: 'gemm{m}'}\n");
  ASSERT_TRUE(spec);
  EXPECT_EQ(*label_of(spec->results, {}), "gemmnone");
}

TEST(Results, ReadBackAsTheyWereWritten) {
  const auto spec = spec_of(
      "results: {label: 'a{k}', suffixes: {_b: k == 3}, groups: {config: {rows: m, depth: k}}}\n");
  ASSERT_TRUE(spec) << spec.error().to_string();
  const auto again = spec_from(spec->resolved, test_vocabulary());
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->resolved, spec->resolved);
  ASSERT_EQ(again->results.groups.size(), 1U);
  EXPECT_EQ(again->results.groups[0].factors[0], std::pair(std::string("rows"), std::string("m")));
}

TEST(Results, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> table[] = {
      {"results: {label: 'a{kk}'}\n", "unknown factor: kk; did you mean k?"},
      {"results: {label: 'a{k'}\n", "expected {factor} in a label: got a{k"},
      {"results: {label: 'a}'}\n", "expected {factor} in a label: got a}"},
      {"results: {label: a, suffixes: {_b: k ==}}\n", "results.suffixes._b"},
      {"results: {suffixes: {_b: k == 1}}\n", "suffixes follow a label: say one"},
      {"results: {groups: {config: {rows: mm}}}\n", "unknown factor: mm; did you mean m?"},
      {"results: {lable: a}\n", "did you mean label?"}};
  for (const auto& [results, message] : table) {
    const auto spec = spec_of(results);
    ASSERT_FALSE(spec) << results;
    EXPECT_THAT(spec.error().to_string(), HasSubstr(message)) << results;
  }
}

}  // namespace
}  // namespace assay::spec
