// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "cli/commands.h"
#include "cli/invented_checkpoint.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Told {
  std::string out, error;
};

/// `assay estimate` with these words.
Told estimate(std::vector<std::string> words) {
  words.insert(words.begin(), "estimate");
  const auto command = parse_command_line(words);
  if (!command) return {"", command.error().to_string()};
  static const Registries registries = std::move(*make_registries());
  ::testing::internal::CaptureStdout();
  const auto code =
      estimate_command(std::get<EstimateArguments>(*command), Context{registries, "assay"});
  std::fflush(stdout);
  Told told{::testing::internal::GetCapturedStdout(), ""};
  if (!code) told.error = code.error().to_string();
  return told;
}

TEST(EstimateCommand, TellsWhatAModelTakesAndWhy) {
  const Told told = estimate({"vit_b16", "--hardware", "l40s", "--batch", "1,8"});
  EXPECT_EQ(told.error, "");
  EXPECT_THAT(told.out, HasSubstr("vit_b16, batch 1, f32, reduce-overhead: 35.2"));
  EXPECT_THAT(told.out, HasSubstr("at least"));
  EXPECT_THAT(told.out, HasSubstr("the time is "));
  EXPECT_THAT(told.out, HasSubstr("what would save time: "));
  EXPECT_THAT(told.out, HasSubstr("| product "));
  EXPECT_THAT(told.out, Not(HasSubstr("| linear "))) << "kernels only where they are asked for";
}

TEST(EstimateCommand, ShowsEveryKernelAndWritesCsv) {
  const Told told = estimate(
      {"resnet18", "--hardware", "h100_sxm", "--kernels", "--precision", "f16", "--format", "csv"});
  EXPECT_EQ(told.error, "");
  EXPECT_THAT(told.out, HasSubstr("kernel,op,flops"));
  EXPECT_THAT(told.out, HasSubstr("conv2d"));
}

TEST(EstimateCommand, RanksOnlyWhatItCanTellApart) {
  const Told told =
      estimate({"vit_b16", "--hardware", "h100_sxm,h200_sxm,kpu_t64", "--batch", "8"});
  EXPECT_THAT(told.out, HasSubstr("batch 8: undecided between h100_sxm"));
  EXPECT_THAT(told.out, HasSubstr("is faster than kpu_t64"));
}

TEST(EstimateCommand, ReadsTheSettingsOfACheckpoint) {
  const InventedCheckpoint checkpoint;
  const Told told = estimate({checkpoint.path().string(), "--hardware", "l40s", "--sequence", "4"});
  EXPECT_EQ(told.error, "");
  EXPECT_THAT(told.out, HasSubstr("| attention "));
}

TEST(EstimateCommand, SaysWhatIsWrong) {
  const struct {
    std::vector<std::string> words;
    std::string message;
  } cases[] = {
      {{"vit_b16", "--hardware", "h100"}, "unknown hardware profile: h100"},
      {{"vit_b61", "--hardware", "l40s"}, "did you mean vit_b16?"},
      {{"vit_b16"}, "--hardware is required"},
      {{"vit_b16", "--hardware", "l40s", "--precision", "f8"}, "f8"},
      {{"vit_b16", "--hardware", "l40s", "--batch", "0"}, "--batch"},
      {{"vit_b16", "--hardware", "l40s", "--compile", "fast"}, "fast"},
      {{"vit_b16", "--hardware", "kpu_t64", "--precision", "f16"}, "has no peak of f16"},
      {{"vit_b16", "--hardware", "i7_12700k", "--threads", "7"}, "on 7 threads"},
      {{"vit_b16", "--hardware", "l40s", "--compare-measured"}, "the profile of this machine"},
      {{"/", "--hardware", "l40s"}, "/ is a folder without config.json"},
  };
  for (const auto& [words, message] : cases) {
    EXPECT_THAT(estimate(words).error, HasSubstr(message)) << words.back();
  }
}

}  // namespace
}  // namespace assay::cli
