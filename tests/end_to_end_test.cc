// SPDX-License-Identifier: MIT
// The program as a person starts it: what it answers to mistakes, and that a mistake leaves nothing
// behind.
#include <gmock/gmock.h>

#include <fstream>

#include "program.h"
#include "source_tree.h"

namespace assay::tests {
namespace {

using ::testing::HasSubstr;

TEST(EndToEnd, SaysItsVersionAndHelps) {
  const fs::path folder = fresh_folder();
  EXPECT_THAT(run_assay({"--version"}, folder).out, HasSubstr("assay 0."));
  const Outcome help = run_assay({}, folder);
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("assay tour"));
}

TEST(EndToEnd, DocsCliIsTheHelpText) {
  const Outcome help = run_assay({"help", "--markdown"}, fresh_folder());
  EXPECT_EQ(help.out, read_text(repo_root() / "docs/cli.md"))
      << "run: ./assay help --markdown > docs/cli.md";
}

TEST(EndToEnd, DocsWorkloadsIsTheList) {
  const Outcome list = run_assay({"list", "workloads", "--markdown"}, fresh_folder());
  EXPECT_EQ(list.out, read_text(repo_root() / "docs/workloads.md"))
      << "run: ./assay list workloads --markdown > docs/workloads.md";
}

TEST(EndToEnd, MistakesExitWithTwoAndLeaveNothingBehind) {
  struct Case {
    std::vector<std::string> arguments;
    std::string says;
  };
  const std::vector<Case> cases{
      {{"rum"}, "unknown command: rum; did you mean run?"},
      {{"run", "nigth_sweep"}, "did you mean night_sweep?"},
      {{"run", "smoke", "measure.budgett=1s"}, "did you mean measure.budget?"},
      {{"show", "latest"}, "no run"},
      {{"run", "gone.yaml"}, "no such file: gone.yaml"},
  };
  for (const Case& bad : cases) {
    SCOPED_TRACE(bad.arguments[0]);
    const fs::path folder = fresh_folder();
    const Outcome outcome = run_assay(bad.arguments, folder);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(bad.says));
    EXPECT_FALSE(fs::exists(folder / "results"));
  }
}

constexpr std::string_view kSoundHead =
    "name: x\ngroup: x\nquestion: Why?\nworkload: hetero_gemm\nparams: {library: openblas}\n";

TEST(EndToEnd, PlanAndRunRefuseWhatCanBeKnownBeforehand) {
  struct Case {
    std::string text;  // Line 6 on.
    std::string says;
  };
  const std::vector<Case> cases{
      {"axes: {m: [1], k: [1], pattern: [8x1, 8x1+7]}\n",
       "x.yaml:6:39: axes.pattern[1]: pattern 8x1+7: part '7'"},
      {"axes: {m: [1, 2], k: [1]}\ntables: {t: {kind: cells, where: m > 2}}\n",
       "x.yaml:7:34: tables.t.where: `m > 2` selects none"},
      {"axes: {m: [1, 2], k: [1]}\ntables: {t: {kind: cells, where: mm > 2}}\n",
       "unknown name: mm; did you mean m?"},
      {"axes: {m: [1, 2], k: [1]}\nwhere: m == \"a\"\n", "x.yaml:7:8: where: these do not compare"},
      {"axes: {m: {from: 1, to: 400}, k: {from: 1, to: 400}}\n", "x has 160001 trials"},
  };
  for (const Case& bad : cases) {
    SCOPED_TRACE(bad.text);
    for (const char* command : {"plan", "run"}) {
      const fs::path folder = fresh_folder();
      std::ofstream(folder / "x.yaml") << kSoundHead << bad.text;
      const Outcome outcome = run_assay({command, "x.yaml", "--scale", "cpu"}, folder);
      EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
      EXPECT_THAT(outcome.err, HasSubstr(bad.says));
      EXPECT_FALSE(fs::exists(folder / "results"));
    }
  }
}

TEST(EndToEnd, OneTrialIsComparedWithTheWholeRun) {
  const fs::path folder = fresh_folder();
  const std::string path = (repo_root() / "experiments/smoke/null_work.yaml").string();
  const Outcome alone = run_assay({"run", path, "--scale", "smoke", "--only", "point"}, folder);
  EXPECT_EQ(alone.exit_code, 0) << alone.err;
  EXPECT_THAT(alone.out, HasSubstr("no whole run of this experiment"));
  EXPECT_EQ(run_assay({"run", path, "--scale", "smoke"}, folder).exit_code, 0);
  const Outcome again =
      run_assay({"run", path, "--scale", "smoke", "--only", "point", "--fresh"}, folder);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("  before: "));
  EXPECT_THAT(again.out, HasSubstr("| point | only |"));
}

TEST(EndToEnd, ABadExperimentFileIsAnsweredWithItsPlace) {
  const fs::path folder = fresh_folder();
  std::ofstream(folder / "bad.yaml") << "name: bad\ngroup: bad\nquestion: Why?\nworkload: gem\n";
  const Outcome outcome = run_assay({"run", "bad.yaml"}, folder);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("bad.yaml:4:11"));
  EXPECT_THAT(outcome.err, HasSubstr("did you mean gemm?"));
  EXPECT_FALSE(fs::exists(folder / "results"));
}

}  // namespace
}  // namespace assay::tests
