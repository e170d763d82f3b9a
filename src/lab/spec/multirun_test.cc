// SPDX-License-Identifier: MIT
#include "lab/spec/multirun.h"

#include <gmock/gmock.h>

namespace assay::spec {
namespace {

using ::testing::ElementsAre;

TEST(Multirun, CrossesTheValues) {
  const std::vector<std::string> arguments{"k=a,b,c", "x=1", "other=1,2"};
  const auto runs = multirun(arguments);
  ASSERT_TRUE(runs);
  EXPECT_THAT(
      *runs,
      ElementsAre(ElementsAre("k=a", "x=1", "other=1"), ElementsAre("k=a", "x=1", "other=2"),
                  ElementsAre("k=b", "x=1", "other=1"), ElementsAre("k=b", "x=1", "other=2"),
                  ElementsAre("k=c", "x=1", "other=1"), ElementsAre("k=c", "x=1", "other=2")));
}

TEST(Multirun, WithoutArgumentsThereIsOneRun) {
  const auto runs = multirun({});
  ASSERT_TRUE(runs);
  EXPECT_THAT(*runs, ElementsAre(ElementsAre()));
}

TEST(Multirun, QuotesAndBracketsProtectCommas) {
  const std::vector<std::string> arguments{"axes.k=[1,2],[3]",    "note='a,b',\"c]\"", "~arms.x",
                                           "+m={a: 1, b: [2,3]}", "where=k in [1,2]",  "e="};
  const auto runs = multirun(arguments);
  ASSERT_TRUE(runs) << runs.error().message();
  EXPECT_THAT(*runs, ElementsAre(ElementsAre("axes.k=[1,2]", "note='a,b'", "~arms.x",
                                             "+m={a: 1, b: [2,3]}", "where=k in [1,2]", "e="),
                                 ElementsAre("axes.k=[1,2]", "note=\"c]\"", "~arms.x",
                                             "+m={a: 1, b: [2,3]}", "where=k in [1,2]", "e="),
                                 ElementsAre("axes.k=[3]", "note='a,b'", "~arms.x",
                                             "+m={a: 1, b: [2,3]}", "where=k in [1,2]", "e="),
                                 ElementsAre("axes.k=[3]", "note=\"c]\"", "~arms.x",
                                             "+m={a: 1, b: [2,3]}", "where=k in [1,2]", "e=")));
}

TEST(Multirun, MistakesAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"k=[1,2", "k=[1,2: a quote or bracket is not closed"},
      {"k='a,b", "k='a,b: a quote or bracket is not closed"},
      {"k=1],2", "k=1],2: a bracket is closed that was not opened"},
      {"k=1,,2", "k=1,,2: expected a value between the commas; '' is the empty text"},
  };
  for (const auto& [argument, want] : cases) {
    EXPECT_EQ(multirun(std::vector<std::string>{argument}).error().message(), want);
  }
}

TEST(Multirun, RefusesMoreThanTheLimit) {
  const std::vector<std::string> ten(4, "k=0,1,2,3,4,5,6,7,8,9");
  EXPECT_EQ(multirun(ten).error().message(),
            "these overrides make more than 1000 runs (at k=0,1,2,3,4,5,6,7,8,9); sweep inside one "
            "run with axes.NAME=[...]");
  EXPECT_EQ(multirun(std::span(ten).first(3))->size(), 1'000U);
}

}  // namespace
}  // namespace assay::spec
