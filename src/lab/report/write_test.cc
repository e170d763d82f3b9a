// SPDX-License-Identifier: MIT
#include "lab/report/write.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class WriteReport : public ::testing::Test {
 protected:
  fs::path folder_ = fs::temp_directory_path() / ("assay_write_test_" + std::to_string(::getpid()));
  void TearDown() override { fs::remove_all(folder_); }
};

TEST_F(WriteReport, WithoutGnuplotEverythingElseIsThere) {
  const InventedRun run = invented_backends();
  const auto written = write_report({run.view()}, folder_, {.program = "no-such-gnuplot"});
  ASSERT_TRUE(written) << written.error().to_string();
  for (const char* const file :
       {"report.html", "report.md", "tables/cells.md", "tables/cells.csv", "tables/cells.tex",
        "tables/every_points.csv", "plots/backends.vl.json"}) {
    EXPECT_TRUE(fs::exists(folder_ / file)) << file;
    EXPECT_THAT(written->files, Contains(fs::path(file)));
  }
  ASSERT_EQ(written->missing.size(), 2 * run.spec.figures.size());
  EXPECT_EQ(written->missing[0].file, "plots/backends.pdf");
  EXPECT_THAT(written->missing[0].reason, HasSubstr("apt-get install gnuplot-nox"));
}

TEST_F(WriteReport, GnuplotDrawsPdfAndPng) {
  if (std::system("gnuplot --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "gnuplot is not installed (gnuplot-nox)";
  }
  const InventedRun run = invented_backends();
  const auto written = write_report({run.view()}, folder_);
  ASSERT_TRUE(written) << written.error().to_string();
  EXPECT_TRUE(written->missing.empty());
  EXPECT_GT(fs::file_size(folder_ / "plots/backends.pdf"), 2'000U);
  EXPECT_GT(fs::file_size(folder_ / "plots/backends.png"), 2'000U);
  EXPECT_FALSE(fs::exists(folder_ / "plots/backends.pdf.part"));
}

TEST_F(WriteReport, SeveralRunsDoNotOverwriteOneAnother) {
  const InventedRun one = invented_sweep();
  const InventedRun two = invented_backends();
  const auto written =
      write_report({one.view(), two.view()}, folder_, {.program = "no-such-gnuplot"});
  ASSERT_TRUE(written);
  EXPECT_TRUE(fs::exists(folder_ / "tables/20260321_0412_g3_gemm_k_every_points.csv"));
  EXPECT_TRUE(fs::exists(folder_ / "tables/20260321_0412_s2_backends_every_points.csv"));
}

TEST_F(WriteReport, AFolderThatCannotBeMadeIsTheEnvironments) {
  std::ofstream(folder_.string()) << "a file where the folder should be";
  const InventedRun run = invented_backends();
  const auto written = write_report({run.view()}, folder_, {.program = "no-such-gnuplot"});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().blame(), Blame::kEnvironment);
}

}  // namespace
}  // namespace assay::report
