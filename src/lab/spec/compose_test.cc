// SPDX-License-Identifier: MIT
#include "lab/spec/compose.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "core/codec/json.h"
#include "core/format.h"

namespace assay::spec {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Compose : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::temp_directory_path() /
            format("assay_compose_{}_{}", test->name(), static_cast<std::int64_t>(::getpid()));
    fs::remove_all(root_);
    write("experiments/policy/quick.yaml", "measure: {samples_min: 3, budget: 1ms}\n");
    write("experiments/policy/careful.yaml", "measure: {samples_min: 99}\n");
    write("experiments/family/shapes/wide.yaml", "params: {m: 1, n: 512}\n");
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path write(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
    return root_ / name;
  }

  /// The composed document as JSON, or the message with the folder cut out of it.
  std::string outcome(const fs::path& path, const std::vector<std::string>& texts = {},
                      std::string_view scale = "") {
    std::vector<Override> overrides = *parse_overrides(texts);
    const Result<codec::Node> document = compose(path, scale, overrides);
    left_ = overrides.size();
    std::string text = document ? codec::to_json(*document) : document.error().message();
    const std::string folder = root_.string() + "/";
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }

  fs::path root_;
  std::size_t left_ = 0;  ///< Overrides that were not taken by composition.
};

TEST_F(Compose, TheFileItselfComesLastWhereItIsNotNamed) {
  const fs::path path = write("experiments/family/x.yaml",
                              "defaults: [shapes/wide, policy: quick]\n"
                              "params: {m: 7}\nmeasure: {budget: 2ms}\n");
  EXPECT_EQ(outcome(path),
            R"({"params":{"m":7,"n":512},"measure":{"samples_min":3,"budget":"2ms"}})");
}

TEST_F(Compose, SelfStandsWhereItIsNamed) {
  const fs::path path = write("experiments/family/x.yaml",
                              "defaults: [_self_, shapes/wide.yaml]\nparams: {m: 7, k: 2}\n");
  EXPECT_EQ(outcome(path), R"({"params":{"m":1,"k":2,"n":512}})");
}

TEST_F(Compose, TheCommandLineChoosesOfAGroup) {
  const fs::path path = write("experiments/family/x.yaml", "defaults: [policy: quick]\nname: x\n");
  EXPECT_EQ(outcome(path, {"policy=careful", "name=y"}),
            R"({"measure":{"samples_min":99},"name":"x"})");
  EXPECT_EQ(left_, 1U) << "name=y is for apply_overrides";
  EXPECT_EQ(outcome(path, {"~policy"}), R"({"name":"x"})");
  EXPECT_EQ(outcome(path, {"policy=null"}), R"({"name":"x"})");
  EXPECT_EQ(outcome(path, {"+shapes=wide"}),
            R"({"measure":{"samples_min":3,"budget":"1ms"},"name":"x","params":{"m":1,"n":512}})");
  EXPECT_EQ(left_, 0U);
  EXPECT_THAT(outcome(path, {"policy=carefull"}),
              HasSubstr("did you mean policy/careful? known: policy/careful, policy/quick"));
}

TEST_F(Compose, IncludedFilesInclude) {
  write("experiments/base.yaml", "defaults: [policy: quick]\nparams: {k: 1}\n");
  const fs::path path = write("experiments/family/x.yaml", "defaults: [base]\nname: x\n");
  EXPECT_EQ(outcome(path),
            R"({"measure":{"samples_min":3,"budget":"1ms"},"params":{"k":1},"name":"x"})");
}

TEST_F(Compose, ARecursiveIncludeIsPrintedAsAChain) {
  write("experiments/a.yaml", "defaults: [b]\n");
  write("experiments/b.yaml", "defaults: [family/x]\n");
  const fs::path path = write("experiments/family/x.yaml", "defaults: [a]\n");
  EXPECT_EQ(outcome(path),
            "recursive include: experiments/family/x.yaml -> experiments/a.yaml -> "
            "experiments/b.yaml -> experiments/family/x.yaml");
}

TEST_F(Compose, AnExplosionOfIncludesIsRefused) {
  for (int i = 0; i < 10; ++i) {
    const std::string next = format("level{}", i + 1);
    write(format("experiments/level{}.yaml", i), format("defaults: [{}, {}]\n", next, next));
  }
  write("experiments/level10.yaml", "params: {k: 1}\n");
  EXPECT_THAT(outcome(root_ / "experiments/level0.yaml"),
              HasSubstr("more than 200 files are included"));
}

TEST_F(Compose, MistakesInDefaultsAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"defaults: [polcy/quick]\n",
       "experiments/x.yaml:1:12: defaults[0]: unknown file to include: polcy/quick; known: none; "
       "searched: experiments/polcy/quick.yaml, experiments/polcy/quick.yaml"},
      {"defaults: [policy/quik]\n",
       "experiments/x.yaml:1:12: defaults[0]: unknown file to include: policy/quik; did you mean "
       "policy/quick? known: policy/careful, policy/quick; searched: "
       "experiments/policy/quik.yaml, experiments/policy/quik.yaml"},
      {"defaults: policy/quick\n",
       "experiments/x.yaml:1:11: defaults: expected a list: got the text `policy/quick`"},
      {"defaults: [{policy: quick, a: b}]\n",
       "experiments/x.yaml:1:12: defaults[0]: expected a file, `group: choice` or _self_: got a "
       "map"},
      {"defaults: [policy: quick, policy: careful]\n",
       "experiments/x.yaml:1:27: defaults[1].policy: duplicate group: policy"},
      {"defaults: [_self_, _self_]\n",
       "experiments/x.yaml:1:20: defaults[1]: duplicate entry: _self_"},
      {"[1, 2]\n", "experiments/x.yaml: expected an experiment, a map of keys: got a list"},
      {"# nothing\n", "experiments/x.yaml: expected an experiment, a map of keys: got nothing"},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(outcome(write("experiments/x.yaml", text)), want);
  }
}

TEST_F(Compose, ScalesAreMergedOverTheDocument) {
  const fs::path path = write("experiments/x.yaml",
                              "params: {m: 1, n: 2}\naxes: {k: [1, 2, 3]}\n"
                              "scales:\n  smoke: {axes: {k: [1]}, params: {n: 8}}\n  full: {}\n");
  EXPECT_EQ(outcome(path, {}, "smoke"), R"({"params":{"m":1,"n":8},"axes":{"k":[1]}})");
  EXPECT_EQ(outcome(path, {}, "full"), R"({"params":{"m":1,"n":2},"axes":{"k":[1,2,3]}})");
  EXPECT_EQ(outcome(path, {}, ""), R"({"params":{"m":1,"n":2},"axes":{"k":[1,2,3]}})");
  EXPECT_EQ(outcome(path, {}, "cpu"), R"({"params":{"m":1,"n":2},"axes":{"k":[1,2,3]}})");
  EXPECT_EQ(outcome(path, {}, "smok"),
            "unknown scale: smok; did you mean smoke? known: smoke, cpu, full");
}

TEST_F(Compose, AScaleMaySweepWhatIsFixedAndFixWhatIsSwept) {
  const fs::path path = write(
      "experiments/x.yaml",
      "params: {m: 1, n: 2, dtype: f32}\naxes: {k: [1, 2]}\n"
      "scales:\n  full: {axes: {dtype: [f16, bf16], shape: [{m: 3, n: 4}]}, params: {k: 5}}\n");
  EXPECT_EQ(outcome(path, {}, "full"),
            R"({"params":{"k":5},"axes":{"dtype":["f16","bf16"],"shape":[{"m":3,"n":4}]}})");
}

TEST_F(Compose, EveryScaleIsCheckedWhicheverIsChosen) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"scales: {smok: {}}\n",
       "experiments/x.yaml:1:10: scales.smok: unknown key: smok; did you mean smoke? known: "
       "smoke, cpu, full"},
      {"scales: {full: {question: other}}\n",
       "experiments/x.yaml:1:17: scales.full.question: unknown key: question; known: params, "
       "axes, where, arms, compare, measure, run, claims, figures, tables, results, expect"},
      {"scales: {full: 3}\n", "experiments/x.yaml:1:16: scales.full: expected a map: got 3"},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(outcome(write("experiments/x.yaml", text), {}, "smoke"), want);
  }
}

}  // namespace
}  // namespace assay::spec
