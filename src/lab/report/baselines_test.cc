// SPDX-License-Identifier: MIT
#include "lab/report/baselines.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lab/figure/table_text.h"
#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

using codec::Node;
using ::testing::HasSubstr;

analysis::CellFinding arm_of(const std::string& arm, double milliseconds, double bytes) {
  analysis::CellFinding cell;
  cell.trial_id = "model=m";
  cell.arm = arm;
  cell.factors = {{"model", "m@8"},
                  {"way", arm == "native" ? "native" : "djinn"},
                  {"decode", 0},
                  {"requests", 2},
                  {"device", "cpu"}};
  cell.time =
      Value::measured(2 * milliseconds * 1e6, Interval{1.9e6 * milliseconds, 2.1e6 * milliseconds});
  cell.time_per_work = cell.time.scaled(1.0 / 20);
  cell.process_logs = {std::log(1.9e6 * milliseconds), std::log(2.1e6 * milliseconds)};
  cell.p95 = Value::missing(State::kNotMeasured, "5 samples, p95 needs 72");
  cell.metrics = {{"wire_sent", Value::measured(bytes)},
                  {"wire_received", Value::measured(bytes)},
                  {"wire_total", Value::measured(2 * bytes)},
                  {"stage_plan", Value::measured(1000)}};
  cell.started = "2026-03-21T04:12:00Z";
  return cell;
}

InventedRun overhead_run(double full_milliseconds) {
  InventedRun run;
  run.spec.name = "overhead";
  run.findings.cells = {arm_of("native", 10, 0), arm_of("native_pytorch", 11, 0),
                        arm_of("semantic_blind", 50, 1 << 20),
                        arm_of("full_djinn", full_milliseconds, 1 << 18)};
  run.findings.cells[1].time =
      Value::missing(State::kUnsupported, "the backend torch is not built");
  run.findings.cells[1].metrics.clear();
  run.findings.cells[1].process_logs.clear();
  return run;
}

const Node& at(const Node& node, std::initializer_list<std::string_view> path) {
  const Node* found = &node;
  for (const std::string_view key : path) {
    found = found->find(key);
    EXPECT_NE(found, nullptr) << key;
    if (found == nullptr) return node;
  }
  return *found;
}

double number_at(const Node& node, std::initializer_list<std::string_view> path) {
  bool is_number = false;
  const double number = at(node, path).as_double(&is_number);
  EXPECT_TRUE(is_number);
  return number;
}

const Node& result_of(const Node& document, std::string_view arm) {
  for (const Node& result : at(document, {"workload", "results"}).items()) {
    if (*at(result, {"baseline"}).as_string() == arm) return result;
  }
  ADD_FAILURE() << arm;
  return document;
}

TEST(Baselines, AreTheFormulasOfTheStudy) {
  const InventedRun run = overhead_run(12.5);
  const auto documents = baseline_documents(run.view());
  ASSERT_EQ(documents.size(), 1U);
  EXPECT_EQ(documents[0].stem, file_stem("m@8"));
  const Node& document = documents[0].node;
  EXPECT_EQ(*at(document, {"experiment", "reference_baseline"}).as_string(), "native")
      << "the framework was not measured";
  const Node& full = result_of(document, "full_djinn");
  EXPECT_NEAR(number_at(full, {"aggregates", "latency_ms", "median"}), 12.5, 1e-9);
  EXPECT_NEAR(number_at(full, {"aggregates", "latency_ms", "mean"}), 12.5, 1e-9);
  EXPECT_TRUE(at(full, {"aggregates", "latency_ms", "p95"}).is_null());
  EXPECT_THAT(*at(full, {"aggregates", "latency_ms", "why_null", "p95"}).as_string(),
              HasSubstr("p95 needs 72"));
  EXPECT_NEAR(number_at(full, {"aggregates", "total_data_mb", "mean"}), 0.25, 1e-12);
  EXPECT_NEAR(number_at(full, {"aggregates", "throughput_units_per_s", "mean"}), 10 / 12.5e-3,
              1e-6);
  EXPECT_NEAR(number_at(full, {"derived", "latency_overhead_pct_vs_native"}), 25, 1e-9);
  EXPECT_NEAR(number_at(full, {"derived", "speedup_vs_semantic_blind"}), 4, 1e-9);
  EXPECT_NEAR(number_at(full, {"derived", "data_savings_pct_vs_semantic_blind"}), 75, 1e-9);
  EXPECT_NEAR(number_at(full, {"derived", "semantic_efficiency_ratio"}), 3, 1e-9);
  EXPECT_NEAR(number_at(full, {"derived", "latency_delta_ms_vs_semantic_blind"}), 37.5, 1e-9);
  EXPECT_EQ(at(full, {"runs"}).items().size(), 2U);
  EXPECT_EQ(number_at(result_of(document, "native"), {"derived", "latency_overhead_pct_vs_native"}),
            0);
}

TEST(Baselines, WhatMeansNothingIsNull) {
  const InventedRun faster = overhead_run(9);
  const auto documents = baseline_documents(faster.view());
  const Node& full = result_of(documents.at(0).node, "full_djinn");
  EXPECT_LT(number_at(full, {"derived", "latency_overhead_pct_vs_native"}), 0);
  EXPECT_TRUE(at(full, {"derived", "semantic_efficiency_ratio"}).is_null());
  EXPECT_THAT(*at(full, {"derived", "why_null", "semantic_efficiency_ratio"}).as_string(),
              HasSubstr("no overhead"));
  const Node& absent = result_of(documents.at(0).node, "native_pytorch");
  EXPECT_TRUE(at(absent, {"aggregates", "latency_ms", "mean"}).is_null());
  EXPECT_TRUE(at(absent, {"derived", "latency_overhead_pct_vs_native"}).is_null());
  EXPECT_EQ(*at(absent, {"metadata", "state"}).as_string(), "unsupported");
  EXPECT_TRUE(at(absent, {"runs"}).items().empty());
}

TEST(Baselines, OneDocumentForEveryTrialUnderANameOfItsOwn) {
  InventedRun run = overhead_run(12);
  const auto again = run.findings.cells;
  for (analysis::CellFinding cell : again) {
    cell.trial_id = "another";
    run.findings.cells.push_back(cell);
  }
  const auto documents = baseline_documents(run.view());
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_NE(documents[0].stem, documents[1].stem);
}

TEST(Baselines, TheTableIsTheAnalyzers) {
  const InventedRun run = overhead_run(12.5);
  const figure::Table table = baselines_table(run.view());
  ASSERT_EQ(table.rows.size(), 4U);
  for (const auto& row : table.rows)
    EXPECT_EQ(row.size(), table.columns.size());
  const std::string text = figure::to_markdown(table);
  EXPECT_THAT(text, HasSubstr("Overhead is against native; blind is semantic_blind."));
  EXPECT_THAT(text, HasSubstr("25"));
}

TEST(Baselines, OtherExperimentsHaveNone) {
  const InventedRun run = invented_backends();
  EXPECT_TRUE(baseline_documents(run.view()).empty());
  EXPECT_TRUE(baselines_table(run.view()).rows.empty());
}

}  // namespace
}  // namespace assay::report
