// SPDX-License-Identifier: MIT
// Every experiment file is a test: it is planned at every scale, and its smoke scale is run, with
// the outcome that its `expect:` block says.
#include <gmock/gmock.h>

#include <algorithm>
#include <regex>
#include <set>

#include "program.h"
#include "source_tree.h"

namespace assay::tests {
namespace {

using ::testing::HasSubstr;

std::vector<fs::path> experiment_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(repo_root() / "experiments")) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".yaml" && !name.starts_with("_"))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string name_of(const ::testing::TestParamInfo<fs::path>& file) {
  return file.param.parent_path().filename().string() + "_" + file.param.stem().string();
}

class ExperimentFile : public ::testing::TestWithParam<fs::path> {};

TEST_P(ExperimentFile, IsPlannedAtEveryScaleAsItExpects) {
  const fs::path folder = fresh_folder();
  for (const char* scale : {"smoke", "cpu", "full"}) {
    const Outcome plan = run_assay({"plan", GetParam().string(), "--scale", scale}, folder);
    EXPECT_EQ(plan.exit_code, 0) << scale << ": " << plan.err;
    EXPECT_THAT(plan.out, HasSubstr(" trials with "));
  }
  EXPECT_FALSE(fs::exists(folder / "results"));
}

/// "  arms measured: 9 failed, 3 ok" -> {failed, ok}
std::set<std::string> statuses_in(const std::string& out) {
  std::set<std::string> statuses;
  std::smatch line;
  if (!std::regex_search(out, line, std::regex("arms measured: ([^\n]*)"))) return statuses;
  const std::string counts = line[1];
  const std::regex word("[a-z_]+");
  for (std::sregex_iterator match(counts.begin(), counts.end(), word), end; match != end; ++match) {
    statuses.insert(match->str());
  }
  return statuses;
}

TEST_P(ExperimentFile, RunsAtSmokeScaleAsItExpects) {
  const fs::path folder = fresh_folder();
  const std::string text = read_text(GetParam());
  const bool may_fail = text.find("failed") != std::string::npos;
  const Outcome run = run_assay({"run", GetParam().string(), "--scale", "smoke"}, folder);
  EXPECT_EQ(run.exit_code, may_fail ? 1 : 0) << run.out << run.err;
  const std::set<std::string> statuses = statuses_in(run.out);
  EXPECT_TRUE(statuses.contains("ok")) << run.out;
  for (const std::string& status : statuses) {
    const bool is_expected =
        status == "ok" || status == "skipped" || text.find(status) != std::string::npos;
    EXPECT_TRUE(is_expected) << status << " in\n" << run.out;
  }
  const Outcome report = run_assay({"show", "latest"}, folder);
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("?"));  // It opens with its question.
}

/// A line as a shell splits it; quotes are single.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  bool is_open = false;
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      is_quoted = !is_quoted;
      if (!is_open) words.emplace_back();
      is_open = true;
    } else if (c == ' ' && !is_quoted) {
      is_open = false;
    } else {
      if (!is_open) words.emplace_back();
      is_open = true;
      words.back() += c;
    }
  }
  return words;
}

/// The right column of the table under "The guide's commands": what stands between backticks.
std::vector<std::string> commands_of_the_guide() {
  const std::string page = read_text(repo_root() / "docs/seeds.md");
  const std::size_t begin = page.find("### The guide's commands");
  const std::string part = page.substr(begin, page.find("\n## ", begin) - begin);
  std::vector<std::string> commands;
  const std::regex command("`(assay run [^`]*)` \\|\n");
  for (std::sregex_iterator match(part.begin(), part.end(), command), end; match != end; ++match) {
    commands.push_back((*match)[1]);
  }
  return commands;
}

TEST(Guide, EveryCommandIsPlanned) {
  const std::vector<std::string> commands = commands_of_the_guide();
  EXPECT_GE(commands.size(), 19U);
  for (const std::string& command : commands) {
    std::vector<std::string> words = words_of(command);
    words.erase(words.begin());
    words.front() = "plan";
    std::erase(words, "--fresh");  // Of running alone.
    const Outcome plan = run_assay(words, fresh_folder());
    EXPECT_EQ(plan.exit_code, 0) << command << "\n" << plan.err;
    EXPECT_THAT(plan.out, HasSubstr(" trials with ")) << command;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ExperimentFile, ::testing::ValuesIn(experiment_files()), name_of);

}  // namespace
}  // namespace assay::tests
