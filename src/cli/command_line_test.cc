// SPDX-License-Identifier: MIT
#include "cli/command_line.h"

#include <gmock/gmock.h>

namespace assay::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Command> parse(std::vector<std::string> words) {
  return parse_command_line(words);
}

TEST(CommandLine, RunTakesAnExperimentAndHydrasOverrides) {
  const Result<Command> command = parse({"run", "night_sweep", "--scale", "cpu",
                                         "measure.budget=1s", "~claims", "+run.seed=7", "-m"});
  ASSERT_TRUE(command) << command.error().to_string();
  const auto& run = std::get<RunArguments>(*command);
  EXPECT_EQ(run.what.experiment, "night_sweep");
  EXPECT_EQ(run.what.scale, "cpu");
  EXPECT_TRUE(run.what.is_multirun);
  EXPECT_FALSE(run.is_fresh);
  EXPECT_EQ(run.results, "results");
  EXPECT_THAT(run.what.overrides, ElementsAre("measure.budget=1s", "~claims", "+run.seed=7"));
}

TEST(CommandLine, EverySkipTakesOneName) {
  const Result<Command> command =
      parse({"run", "ablation", "--skip", "os_tax", "--skip", "plan_cache", "run.seed=7"});
  ASSERT_TRUE(command) << command.error().to_string();
  const auto& run = std::get<RunArguments>(*command);
  EXPECT_THAT(run.what.skipped, ElementsAre("os_tax", "plan_cache"));
  EXPECT_THAT(run.what.overrides, ElementsAre("run.seed=7"));
}

TEST(CommandLine, ReadersTakeRuns) {
  const Result<Command> command = parse({"tables", "latest", "--format", "latex"});
  ASSERT_TRUE(command) << command.error().to_string();
  const auto& read = std::get<ReadArguments>(*command);
  EXPECT_EQ(read.command, "tables");
  EXPECT_EQ(read.format, "latex");
  EXPECT_THAT(read.runs, ElementsAre("latest"));
}

TEST(CommandLine, MistakesAreAnsweredWithTheNearestName) {
  using Case = std::pair<std::vector<std::string>, std::string>;
  for (const auto& [words, want] : {
           Case{{"rum", "night_sweep"}, "unknown command: rum; did you mean run?"},
           Case{{"run", "x", "--scael", "cpu"}, "unknown option: --scael; did you mean --scale?"},
           Case{{"run"}, "experiment is required; `assay help run` shows what is expected"},
           Case{{"run", "x", "--scale", "huge"}, "--scale: huge not in {"},
           Case{{"run", "x", "--only", ""}, "--only: a trial id is not empty"},
           Case{{"compare", "a"}, "`assay help compare` shows"},
           Case{{"help", "tuor"}, "unknown command: tuor; did you mean tour?"},
           Case{{"trace"}, "unsupported: assay trace: traces is not part of this version"},
           Case{{"--frob"}, "unknown option: --frob"},
       }) {
    const Result<Command> command = parse(words);
    ASSERT_FALSE(command) << words[0];
    EXPECT_THAT(command.error().to_string(), HasSubstr(want));
    EXPECT_EQ(exit_code(command.error()), 2);
  }
}

TEST(CommandLine, HelpIsTextToPrint) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"--help"}, {"help"}, {"run", "--help"}, {"help", "run"}}) {
    const Result<Command> command = parse(words);
    ASSERT_TRUE(command);
    EXPECT_THAT(std::get<PrintArguments>(*command).text, HasSubstr("assay"));
  }
}

TEST(CommandLine, HidesWhatIsNotForPeople) {
  const Result<Command> command = parse({"help", "--markdown"});
  ASSERT_TRUE(command);
  EXPECT_THAT(std::get<PrintArguments>(*command).text, ::testing::Not(HasSubstr("worker")));
  EXPECT_THAT(std::get<PrintArguments>(*command).text, HasSubstr("## assay compare"));
}

}  // namespace
}  // namespace assay::cli
