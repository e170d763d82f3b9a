// SPDX-License-Identifier: MIT
#include "lab/figure/render.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <fstream>
#include <string>

namespace assay::figure {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// A script in a folder of its own, removed at the end.
class Script {
 public:
  explicit Script(const std::string& text)
      : folder_(fs::temp_directory_path() / ("assay_render_test_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    std::ofstream(path()) << text;
  }
  ~Script() { fs::remove_all(folder_); }
  fs::path path() const { return folder_ / "plot.gp"; }

 private:
  fs::path folder_;
};

TEST(RunGnuplot, AMissingProgramIsTheEnvironmentsAndSaysWhatToInstall) {
  const Script script("");
  const auto result = run_gnuplot(script.path(), {.program = "gnuplot-that-is-not-there"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().blame(), Blame::kEnvironment);
  EXPECT_THAT(result.error().message(), HasSubstr("apt-get install gnuplot-nox"));
}

TEST(RunGnuplot, AChildThatDoesNotEndIsStopped) {
  const Script script("while true; do :; done\n");
  const auto result =
      run_gnuplot(script.path(), {.program = "sh", .timeout = std::chrono::milliseconds(50)});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("did not finish within 50 ms"));
}

TEST(RunGnuplot, SaysWhatTheChildSaid) {
  const Script script("echo 'no such colour' >&2\nexit 1\n");
  const auto result = run_gnuplot(script.path(), {.program = "sh"});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("could not draw plot.gp: no such colour"));
}

TEST(RunGnuplot, SucceedsWithTheChild) {
  const Script script("exit 0\n");
  EXPECT_TRUE(run_gnuplot(script.path(), {.program = "sh"}));
}

}  // namespace
}  // namespace assay::figure
