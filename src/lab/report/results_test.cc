// SPDX-License-Identifier: MIT
#include "lab/report/results.h"

#include <gmock/gmock.h>

#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

InventedRun labelled() {
  InventedRun run = invented_backends();
  run.spec.results.groups = {{"gemm_config", {{"rows", "m"}, {"which", "arm"}, {"gone", "n"}}}};
  for (analysis::CellFinding& cell : run.findings.cells) {
    cell.label = "cpu0_" + cell.trial_id + "_" + cell.arm;
    if (!cell.time.has_number()) continue;
    cell.started = "2026-03-21T04:12:00Z";
    cell.duration = 1500ms;
    cell.observed = cell.factors;
    cell.observed.set("thread_nodes", std::string("0"));
    cell.metrics = {{"busy", Value::measured(0.25)}};
  }
  return run;
}

const codec::Node& at(const codec::Node& node, std::initializer_list<std::string_view> path) {
  const codec::Node* found = &node;
  for (const std::string_view key : path) {
    found = found->find(key);
    EXPECT_NE(found, nullptr) << key;
  }
  return *found;
}

TEST(Results, HaveTheFieldsOfTheStudyAndTheNumbersItLacked) {
  const InventedRun run = labelled();
  const codec::Node results = results_node(run.view());
  ASSERT_EQ(results.items().size(), run.findings.cells.size());
  const codec::Node& first = results.items().front();
  for (const char* field : {"run_id", "gpu_id", "numa_node", "start_time", "duration", "success",
                            "exit_code", "stdout_log", "stderr_log", "nsys_report", "error"}) {
    EXPECT_NE(first.find(field), nullptr) << field;
  }
  EXPECT_EQ(at(first, {"run_id"}), codec::Node("cpu0_k=96_math"));
  EXPECT_EQ(at(first, {"numa_node"}), codec::Node(0));
  EXPECT_EQ(at(first, {"duration"}), codec::Node(1.5));
  EXPECT_EQ(at(first, {"success"}), codec::Node(true));
  EXPECT_TRUE(at(first, {"error"}).is_null());
  EXPECT_EQ(at(first, {"gemm_config", "rows"}), codec::Node(1024));
  EXPECT_EQ(at(first, {"gemm_config", "which"}), codec::Node("math"));
  EXPECT_TRUE(at(first, {"gemm_config", "gone"}).is_null());
  EXPECT_FALSE(at(first, {"time_ns", "value"}).is_null());
  EXPECT_TRUE(at(first, {"percentiles_ns", "p99", "value"}).is_null());
  EXPECT_EQ(at(first, {"metrics", "busy", "value"}), codec::Node(0.25));
}

TEST(Results, SayWhyThereIsNoNumber) {
  const InventedRun run = labelled();
  const codec::Node results = results_node(run.view());
  bool any = false;
  for (const codec::Node& result : results.items()) {
    if (at(result, {"success"}) == codec::Node(true)) continue;
    any = true;
    EXPECT_EQ(at(result, {"status"}), codec::Node("unsupported"));
    EXPECT_EQ(at(result, {"error"}), codec::Node("head_dim must be a multiple of 8"));
    EXPECT_TRUE(at(result, {"duration"}).is_null());
    EXPECT_TRUE(at(result, {"exit_code"}).is_null());
    EXPECT_TRUE(at(result, {"time_ns", "value"}).is_null());
  }
  EXPECT_TRUE(any);
}

TEST(ExperimentSummary, CountsCellsAndNotFloors) {
  InventedRun run = labelled();
  const auto cells = std::ssize(run.findings.cells);
  run.findings.cells.push_back(run.findings.cells.front());
  run.findings.cells.back().kind = sweep::TrialKind::kFloor;
  const codec::Node summary = experiment_summary_node(run.view());
  EXPECT_EQ(at(summary, {"experiment_name"}), codec::Node("s2_backends"));
  EXPECT_EQ(at(summary, {"total_runs"}), codec::Node(cells));
  const std::int64_t unsupported = *at(summary, {"statuses", "unsupported"}).as_integer();
  EXPECT_GT(unsupported, 0);
  EXPECT_EQ(at(summary, {"failed_runs"}), codec::Node(0)) << "what is unsupported has not failed";
  EXPECT_EQ(at(summary, {"success_rate"}), codec::Node(1.0));
  EXPECT_EQ(at(summary, {"successful_runs"}), codec::Node(cells - unsupported));
  EXPECT_EQ(at(summary, {"average_duration"}), codec::Node(1.5));
  EXPECT_EQ(at(summary, {"configs_tested"}).items().size(), static_cast<std::size_t>(cells));
  EXPECT_EQ(at(summary, {"numa_nodes_tested"}).items().size(), 1U);
}

TEST(ExperimentSummary, OfNothingHasNoAverage) {
  InventedRun run = labelled();
  run.findings.cells.clear();
  const codec::Node summary = experiment_summary_node(run.view());
  EXPECT_TRUE(at(summary, {"average_duration"}).is_null());
  EXPECT_TRUE(at(summary, {"success_rate"}).is_null());
}

}  // namespace
}  // namespace assay::report
