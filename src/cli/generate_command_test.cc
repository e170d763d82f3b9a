// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "cli/commands.h"
#include "cli/invented_checkpoint.h"
#include "cli/print.h"
#include "cli/text_source.h"
#include "engine/runtime/generation.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

struct Told {
  std::string out, err, error;
};

/// `assay generate` with these words.
Told generate(std::vector<std::string> words) {
  words.insert(words.begin(), "generate");
  const auto command = parse_command_line(words);
  if (!command) return {"", "", command.error().to_string()};
  static const Registries registries = std::move(*make_registries());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const auto code =
      generate_command(std::get<GenerateArguments>(*command), Context{registries, "assay"});
  std::fflush(stdout);
  Told told{::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr(), ""};
  if (!code) told.error = code.error().to_string();
  return told;
}

/// The same by the library, on the judge.
std::string expected(const InventedCheckpoint& checkpoint, const std::string& prompt,
                     std::int64_t tokens) {
  TextSource source = *open_text_source(checkpoint.path().string());
  const auto device = (*make_registries()).devices->open("reference");
  std::shared_ptr<backend::LoadedModel> model = *(*device)->load(source.graph, source.weights, {});
  auto session = *runtime::TextSession::create(model, {.capacity = 48});
  runtime::GenerationOptions options;
  options.sampling.temperature = 0;
  options.tokens_max = tokens;
  options.stops = source.stops;
  const auto answer = runtime::generate(session, {*tokens_of(source, prompt)}, options);
  CharacterStream characters;
  std::string text;
  for (const models::TokenId token : (*answer)[0])
    text += characters.add(*text_of(source, token));
  return text + characters.end() + "\n";
}

TEST(Generate, WritesWhatTheModelSaysOnEveryDeviceAndInEveryMode) {
  const InventedCheckpoint checkpoint;
  const std::string folder = checkpoint.path().string();
  const std::string want = harmless(expected(checkpoint, "Hello", 16));
  EXPECT_GT(want.size(), 4U);
  for (const std::string device : {"cpu", "reference"}) {
    for (const std::string mode : {"none", "default", "reduce-overhead", "max-autotune"}) {
      const Told told = generate({folder, "--prompt", "Hello", "--tokens", "16", "--device", device,
                                  "--compile", mode, "--threads", "1"});
      EXPECT_EQ(told.error, "");
      EXPECT_EQ(told.out, want) << device << " " << mode;
    }
  }
}

TEST(Generate, SaysHowLongItTookOnStandardError) {
  const InventedCheckpoint checkpoint;
  const Told told = generate({checkpoint.path().string(), "--prompt", "Hello", "--tokens", "4"});
  EXPECT_THAT(told.err,
              MatchesRegex("assay: prepared in [0-9]+ ms; prompt of 5 tokens and the first new "
                           "one: [0-9.]+ ms \\([0-9.]+ tokens/s\\)(; 3 more: [0-9.]+ ms each "
                           "\\(median; [0-9.]+ to [0-9.]+\\), [0-9.]+ tokens/s)?\n"));
  const Told one = generate({checkpoint.path().string(), "--prompt", "Hello", "--tokens", "1"});
  EXPECT_THAT(one.err, ::testing::Not(HasSubstr("more"))) << "no time of a second token";
}

TEST(Generate, RepeatsWithItsSeed) {
  const InventedCheckpoint checkpoint;
  const auto with_seed = [&](const std::string& seed) {
    return generate({checkpoint.path().string(), "--prompt", "x", "--tokens", "30", "--temperature",
                     "2", "--top-k", "50", "--top-p", "0.99", "--seed", seed})
        .out;
  };
  EXPECT_EQ(with_seed("1"), with_seed("1"));
  EXPECT_NE(with_seed("1"), with_seed("2"));
}

TEST(Generate, RunsWithNarrowWeightsAndModelsByName) {
  for (const std::string storage : {"f32", "f16", "bf16", "i8", "i8-dynamic"}) {
    const Told told = generate({"gpt2_tiny", "--prompt", "5 7", "--tokens", "3", "--storage",
                                storage, "--compile", "default"});
    EXPECT_EQ(told.error, "") << storage;
    EXPECT_THAT(told.out, MatchesRegex("[0-9]+ [0-9]+ [0-9]+ \n"));
  }
}

TEST(Generate, TellsWhichSettingsItDoesNotFollow) {
  const InventedCheckpoint checkpoint;
  checkpoint.write("generation_config.json", R"({"num_beams": 4})");
  EXPECT_THAT(generate({checkpoint.path().string(), "--prompt", "x", "--tokens", "1"}).err,
              HasSubstr("generation_config.json: num_beams = 4 is not followed"));
}

TEST(Generate, SaysWhatIsWrong) {
  const InventedCheckpoint checkpoint;
  const std::string folder = checkpoint.path().string();
  using Case = std::pair<std::vector<std::string>, std::string>;
  for (const auto& [words, want] : {
           Case{{folder}, "--prompt is required"},
           Case{{folder, "--prompt", ""}, "--prompt: it has no token"},
           Case{{folder, "--prompt", "x", "--tokens", "0"}, "--tokens: "},
           Case{{folder, "--prompt", "Hello", "--tokens", "44"},
                "the prompt has 5 tokens and 44 more were asked for; the model was made for 48"},
           Case{{folder, "--prompt", "x", "--tokens", "4", "--temperature", "-1"}, "temperature"},
           Case{{folder, "--prompt", "x", "--tokens", "4", "--top-p", "1.5"}, "top_p"},
           Case{{folder, "--prompt", "x", "--tokens", "4", "--device", "cpuu"},
                "did you mean cpu?"},
           Case{{folder, "--prompt", "x", "--tokens", "4", "--compile", "fast"},
                "unknown compile mode: fast"},
           Case{{folder, "--prompt", "x", "--storage", "i4"}, "--storage: i4 not in {"},
           Case{{folder + "/no", "--prompt", "x"}, "no such file: "},
       }) {
    EXPECT_THAT(generate(words).error, HasSubstr(want));
  }
}

}  // namespace
}  // namespace assay::cli
