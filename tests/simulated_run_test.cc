// SPDX-License-Identifier: MIT
// A run on a simulated device from the experiment file to the report: every time says that it is
// simulated, and the same run gives the same times.
#include <gmock/gmock.h>

#include <regex>
#include <set>

#include "program.h"
#include "source_tree.h"

namespace assay::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The one run in the folder.
fs::path run_in(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder / "results")) {
    if (entry.path().filename() == "raw.jsonl") return entry.path().parent_path();
  }
  ADD_FAILURE() << "no run in " << folder;
  return folder;
}

/// The different samples of a trial and arm; how many there are depends on the machine.
std::set<std::string> times_of(const fs::path& run) {
  const std::string raw = read_text(run / "raw.jsonl");
  const std::regex samples("\"samples_ns\":\\[([0-9]+)(,\\1)*\\]");
  std::set<std::string> found;
  for (std::sregex_iterator match(raw.begin(), raw.end(), samples), end; match != end; ++match) {
    found.insert((*match)[1]);
  }
  const auto lists = [&raw](const char* text) {
    const std::regex pattern(text);
    return std::distance(std::sregex_iterator(raw.begin(), raw.end(), pattern),
                         std::sregex_iterator());
  };
  EXPECT_EQ(lists("\"samples_ns\":"), lists("\"samples_ns\":\\[([0-9]+)(,\\1)*\\]"))
      << "every sample of an arm is the same";
  return found;
}

class SimulatedRun : public ::testing::TestWithParam<const char*> {};

TEST_P(SimulatedRun, SaysSoEverywhereAndRepeatsToTheNanosecond) {
  std::set<std::string> first;
  for (const char* name : {"one", "two"}) {
    const fs::path folder = fresh_folder() / name;
    const Outcome run =
        run_assay({"run", GetParam(), "--scale", "smoke", "params.device=sim:l40s"}, folder);
    ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
    const fs::path results = run_in(folder);
    const std::string raw = read_text(results / "raw.jsonl");
    EXPECT_THAT(raw, HasSubstr("\"simulated_by\":\"virtual clock of sim:l40s\""));
    EXPECT_THAT(raw, HasSubstr("\"device\":\"sim:l40s\""));
    const std::string summary = read_text(results / "summary.json");
    EXPECT_THAT(summary, HasSubstr("simulated"));
    EXPECT_THAT(summary, Not(HasSubstr("\"state\":\"measured\"")));
    EXPECT_THAT(summary, Not(HasSubstr("\"state\": \"measured\"")));
    EXPECT_THAT(read_text(results / "report.md"),
                HasSubstr("simulated: virtual clock of sim:l40s"));
    const std::set<std::string> times = times_of(results);
    EXPECT_GE(times.size(), 2U);
    if (first.empty()) first = times;
    EXPECT_EQ(times, first) << "the same calls, the same times";
  }
}

INSTANTIATE_TEST_SUITE_P(Study, SimulatedRun,
                         ::testing::Values("vit/rq1_architecture", "vit/rq3_compilation",
                                           "vit/rq5_pipeline"),
                         [](const auto& test) { return std::string(test.param).substr(4, 3); });

TEST(SimulatedDevice, IsListedWithWhatItsNumbersAre) {
  const Outcome list = run_assay({"list", "backends"}, fresh_folder());
  EXPECT_EQ(list.exit_code, 0);
  for (const char* profile : {"sim:a100_80g", "sim:h100_sxm", "sim:h200_sxm", "sim:l40s"}) {
    EXPECT_THAT(list.out, HasSubstr(profile));
  }
  EXPECT_THAT(list.out, HasSubstr("of datasheets"));
}

TEST(SimulatedDevice, AnUnknownProfileNamesTheNearest) {  // l4 is as near to l40.
  const Outcome run =
      run_assay({"run", "vit/rq1_architecture", "--scale", "smoke", "params.device=sim:l40x"},
                fresh_folder());
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("unknown profile of sim: l40x; did you mean l40s?"));
}

}  // namespace
}  // namespace assay::tests
