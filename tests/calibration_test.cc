// SPDX-License-Identifier: MIT
// Calibration as a person does it, on a sweep that was written down: judged, applied, taken back.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "program.h"
#include "source_tree.h"

namespace assay::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Products of a machine with overhead, a rate and a bandwidth: what a calibration should find.
void write_sweep(const fs::path& file, double slowness) {
  std::ofstream out(file);
  out << "model,batch_size,device,precision,empirical_time_ms,empirical_time_std_ms\n";
  for (const double m : {1., 4., 16., 64., 256.}) {
    for (const double n : {64., 256., 1024., 2048.}) {
      const double flops = 2 * m * n * n;
      const double ms = slowness * (0.003 + flops / 90e9 * 1e3 + 4 * n * n / 30e9 * 1e3);
      out << "gemm" << m << 'x' << n << 'x' << n << ",1,cpu,fp32," << ms << ',' << ms / 100 << '\n';
    }
  }
}

TEST(Calibration, JudgesASweepAndWritesTheReportBesideIt) {
  const fs::path folder = fresh_folder();
  write_sweep(folder / "s.csv", 1);
  const Outcome done = run_assay({"calibrate", "--input", "s.csv", "--threads", "1"}, folder);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("20 points; MAPE"));
  const std::string report = read_text(folder / "s_calibration.md");
  for (const char* part : {"## Summary", "## Beside the baselines", "## Each size, held out",
                           "efficiency_factor", "## The worst five", "gemm256x2048x2048"}) {
    EXPECT_THAT(report, HasSubstr(part));
  }
  EXPECT_FALSE(fs::exists(folder / "hardware")) << "nothing is written without --apply";
}

TEST(Calibration, WhatFollowsNoModelIsNotApplied) {
  const fs::path folder = fresh_folder();
  fs::create_directories(folder / "hardware");
  write_sweep(folder / "s.csv", 1e6);  // A machine a million times slower than this one's peak.
  const Outcome done =
      run_assay({"calibrate", "--input", "s.csv", "--threads", "1", "--apply"}, folder);
  EXPECT_EQ(done.exit_code, 2);
  EXPECT_THAT(done.err, HasSubstr("not applied: not calibrated"));
  EXPECT_THAT(read_text(folder / "s_calibration.md"), HasSubstr("Nothing should be applied"));
  EXPECT_TRUE(fs::is_empty(folder / "hardware"));
}

TEST(Calibration, MistakesSayWhatToDo) {
  const fs::path folder = fresh_folder();
  fs::create_directories(folder / "hardware");
  struct Case {
    std::vector<std::string> arguments;
    std::string says;
  };
  for (const Case& bad :
       {Case{{"calibrate"}, "expected --input"},
        Case{{"calibrate", "--input", "gone.csv"}, "gone.csv"},
        Case{{"calibrate", "--input", "latest"}, "`assay run` makes one"},
        Case{{"calibrate", "--revert"}, ".yaml"}, Case{{"verify"}, "--apply` writes one"},
        Case{{"sweep", "mpl"}, "mpl"}, Case{{"sweep", "vit", "--scenario", "L1_fit"}, "L1_fit"},
        Case{{"sweep", "mlp", "--quick", "--full"}, "--full"}}) {
    const Outcome outcome = run_assay(bad.arguments, folder);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(bad.says));
    EXPECT_FALSE(fs::exists(folder / "results"));
  }
}

}  // namespace
}  // namespace assay::tests
