// SPDX-License-Identifier: MIT
#include "cli/sweep_rows.h"

#include <gmock/gmock.h>

#include "core/codec/file.h"
#include "core/codec/temporary_folder.h"
#include "oracle/calibrate/invented_sweep.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

LoadedRun invented_run() {
  LoadedRun run;
  run.folder = "results/calibration/x";
  run.spec.workload = "model";
  analysis::CellFinding cell;
  cell.factors = {{"model", "mlp512-256-128"},
                  {"device", "cpu"},
                  {"batch", std::int64_t{8}},
                  {"sequence", std::int64_t{128}},
                  {"past", std::int64_t{0}}};
  cell.mechanism = {{"weights_bytes", std::int64_t{1'500'000}},
                    {"arena_bytes", std::int64_t{500'000}}};
  cell.time = Value::measured(2e6);
  cell.between_sd = 0.05;
  run.findings.cells.push_back(cell);
  cell.time = Value::missing(State::kTimedOut, "took longer than 60 s");
  cell.label = "the slow one";
  run.findings.cells.push_back(cell);
  cell.kind = sweep::TrialKind::kFloor;
  run.findings.cells.push_back(cell);
  return run;
}

TEST(SweepRows, AreTheCellsWithATime) {
  const auto swept = rows_of(invented_run());
  ASSERT_TRUE(swept) << swept.error().to_string();
  ASSERT_THAT(swept->rows, SizeIs(1));
  const calibrate::SweepRow& row = swept->rows.front();
  EXPECT_EQ(row.configuration.model, "mlp512-256-128");
  EXPECT_EQ(row.configuration.batch, 8);
  EXPECT_DOUBLE_EQ(row.time_ms, 2);
  EXPECT_DOUBLE_EQ(row.time_sd_ms, 0.1);
  EXPECT_DOUBLE_EQ(row.memory_mb, 2);
  EXPECT_DOUBLE_EQ(row.throughput, 4'000);
  ASSERT_THAT(swept->left_out, SizeIs(1));
  EXPECT_THAT(swept->left_out.front(), HasSubstr("the slow one"));
}

TEST(SweepRows, OtherWorkloadsAndEmptyRunsAreRefused) {
  LoadedRun run = invented_run();
  run.spec.workload = "gemm";
  EXPECT_THAT(rows_of(run).error().to_string(), HasSubstr("expected one of `model`"));
  run = invented_run();
  run.findings.cells.clear();
  EXPECT_THAT(rows_of(run).error().to_string(), HasSubstr("no configuration with a time"));
}

TEST(SweepRows, ForetellsFromTheModelAndTheCounts) {
  auto swept = rows_of(invented_run());
  ASSERT_TRUE(swept);
  const calibrate::CpuModel model(calibrate::invented_machine());
  const std::vector<double> values = calibrate::planted_values(model, {});
  ASSERT_TRUE(foretell(model, values, swept->rows));
  const calibrate::SweepRow& row = swept->rows.front();
  EXPECT_EQ(row.input_dim, 512);
  EXPECT_EQ(row.output_dim, 128);
  ASSERT_TRUE(row.foretold);
  EXPECT_GT(row.foretold->time_ms, 0);
  EXPECT_GT(row.foretold->flops, 2.0 * 8 * (512 * 256 + 256 * 128));
}

TEST(SweepRows, AreReadFromACsvToo) {
  const codec::TemporaryFolder folder("sweep_rows");
  const std::filesystem::path path = folder.path() / "s.csv";
  ASSERT_TRUE(codec::write_file_atomically(path, to_csv(rows_of(invented_run())->rows)));
  const auto read = read_rows(path.string(), folder.path(), {});
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_THAT(read->rows, SizeIs(1));
  EXPECT_FALSE(read_rows((folder.path() / "gone.csv").string(), folder.path(), {}));
  EXPECT_FALSE(read_rows("latest", folder.path(), {}));
}

}  // namespace
}  // namespace assay::cli
