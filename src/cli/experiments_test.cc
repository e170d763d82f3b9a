// SPDX-License-Identifier: MIT
#include "cli/experiments.h"

#include <gmock/gmock.h>

#include <fstream>

namespace assay::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Experiments : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(::testing::TempDir()) /
            (std::string("experiments_") +
             ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    for (const char* name : {"sweep/g3_gemm.yaml", "sweep/s1_sdpa.yaml", "sweep/_shared.yaml",
                             "sweep/machine/cpu.yaml", "smoke/null.yaml", "smoke/notes.txt"}) {
      fs::create_directories((root_ / name).parent_path());
      std::ofstream(root_ / name) << "name: x\n";
    }
  }
  fs::path root_;
};

TEST_F(Experiments, AreTheYamlFilesOfTheFamilies) {
  std::vector<std::string> names;
  for (const Experiment& experiment : all_experiments(root_)) {
    names.push_back(experiment.family + "/" + experiment.name);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("smoke/null", "sweep/g3_gemm", "sweep/s1_sdpa"));
}

TEST_F(Experiments, AreFoundByFamilyNameAndPath) {
  EXPECT_EQ(find_experiments("sweep", root_)->size(), 2U);
  EXPECT_EQ(find_experiments("G3_gemm", root_)->front().name, "g3_gemm");
  EXPECT_EQ(find_experiments("sweep/g3_gemm", root_)->size(), 1U);
  EXPECT_EQ(find_experiments((root_ / "sweep/_shared.yaml").string(), root_)->size(), 1U);
}

TEST_F(Experiments, AWrongNameIsAnsweredWithTheNearest) {
  const auto wrong = find_experiments("s1_spda", root_);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().to_string(), HasSubstr("did you mean s1_sdpa?"));
  const auto no_file = find_experiments("gone.yaml", root_);
  ASSERT_FALSE(no_file);
  EXPECT_THAT(no_file.error().to_string(), HasSubstr("no such file: gone.yaml"));
}

TEST_F(Experiments, SomeOfAFamilyAreLeftOutByName) {
  const auto sweep = find_experiments("sweep", root_);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(without(*sweep, {})->size(), 2U);
  const auto rest = without(*sweep, {"S1_sdpa"});
  ASSERT_TRUE(rest);
  ASSERT_EQ(rest->size(), 1U);
  EXPECT_EQ(rest->front().name, "g3_gemm");
  const auto wrong = without(*sweep, {"s1_spda"});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().to_string(), HasSubstr("did you mean s1_sdpa?"));
  const auto nothing = without(*sweep, {"s1_sdpa", "g3_gemm"});
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.error().to_string(), HasSubstr("nothing to run"));
}

TEST_F(Experiments, AMissingFolderIsAnEmptyList) {
  EXPECT_TRUE(all_experiments(root_ / "nowhere").empty());
}

}  // namespace
}  // namespace assay::cli
