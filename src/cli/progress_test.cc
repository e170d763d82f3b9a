// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <gmock/gmock.h>

namespace assay::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

store::Record record_of(store::Status status) {
  store::Record record;
  record.trial_id = "k=107";
  store::ArmRecord& arm = record.arms.emplace_back();
  arm.name = "openblas";
  arm.status = status;
  arm.series.batch = 2;
  for (int i = 0; i < 10; ++i) {
    arm.series.samples.push_back(i == 0 ? 2ms : 1ms);
    arm.series.doubts.push_back(0);
  }
  return record;
}

TEST(ProgressLine, ShowsCountRateTimeLeftAndTheLastResult) {
  const store::Record record = record_of(store::Status::kOk);
  const runner::Progress progress{record, 50, 200, 10s, 30s};
  const std::string line = progress_line("G3", progress, 200);
  EXPECT_THAT(line, StartsWith("G3  50/200  5.0/s, 30 s left  k=107  openblas 500 us ± "));
}

TEST(ProgressLine, SaysWhatHappenedInsteadOfATime) {
  const store::Record record = record_of(store::Status::kUnsupported);
  const runner::Progress progress{record, 1, 2, 1s, {}};
  EXPECT_THAT(progress_line("S2", progress, 200), HasSubstr("openblas unsupported"));
}

TEST(ProgressLine, IsCutBetweenCharacters) {
  const store::Record record = record_of(store::Status::kOk);
  const runner::Progress progress{record, 50, 200, 10s, 30s};
  const std::string whole = progress_line("G3", progress, 200);
  for (int columns = 0; columns < 80; ++columns) {
    const std::string line = progress_line("G3", progress, columns);
    EXPECT_THAT(whole, StartsWith(line));
    EXPECT_NE(static_cast<unsigned char>(line.empty() ? 'x' : line.back()), 0xC2) << columns;
  }
}

}  // namespace
}  // namespace assay::cli
