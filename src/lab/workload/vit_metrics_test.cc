// SPDX-License-Identifier: MIT
#include "lab/workload/vit_metrics.h"

#include <gmock/gmock.h>

#include <map>

namespace assay::workload {
namespace {

runtime::Span span(std::int64_t begin, std::int64_t end) {
  return {Nanoseconds(begin), Nanoseconds(end)};
}

/// Two batches of 60 and 90 ns within 100 ns; the second one's copy lies under the first's compute.
runtime::PipelineRun invented_run() {
  runtime::PipelineRun run;
  run.batches.resize(2);
  run.batches[0].stages = {span(0, 10), span(10, 15), span(15, 55), span(55, 60)};
  run.batches[1].arrived = 10ns;
  run.batches[1].stages = {span(20, 30), span(30, 35), span(55, 95), span(95, 100)};
  run.whole = span(0, 100);
  return run;
}

std::map<std::string, Value> by_name(const std::deque<runtime::PipelineRun>& runs,
                                     std::int64_t calls) {
  std::map<std::string, Value> named;
  for (const auto& [name, value] : vit_metrics(runs, calls))
    named.emplace(name, value);
  return named;
}

TEST(VitMetrics, AreFractionsOfTheTimeOfTheRuns) {
  const auto metrics = by_name({invented_run(), invented_run()}, 2);
  EXPECT_DOUBLE_EQ(metrics.at("busy_h2d").number(), 0.2);
  EXPECT_DOUBLE_EQ(metrics.at("busy_compute").number(), 0.8);
  EXPECT_DOUBLE_EQ(metrics.at("busy_any").number(), 1.0);
  EXPECT_DOUBLE_EQ(metrics.at("overlap_h2d_compute").number(), 0.1);
  EXPECT_DOUBLE_EQ(metrics.at("overlap_h2d_d2h").number(), 0.0);
  EXPECT_DOUBLE_EQ(metrics.at("overlap_any").number(), 0.2);
  EXPECT_DOUBLE_EQ(metrics.at("exposed_transfer").number(), 0.15);
  EXPECT_DOUBLE_EQ(metrics.at("bound_compute").number(), 1.0);
  EXPECT_DOUBLE_EQ(metrics.at("bound_d2h").number(), 0.0);
}

TEST(VitMetrics, PercentilesAreRefusedBelowTheirBatches) {
  const std::deque<runtime::PipelineRun> runs(18, invented_run());
  const auto all = by_name(runs, 18);
  EXPECT_DOUBLE_EQ(all.at("batch_p50").number(), 75);
  EXPECT_DOUBLE_EQ(all.at("batch_p90").number(), 90);
  EXPECT_EQ(all.at("batch_p95"), Value::missing(State::kNotMeasured, "36 batches, p95 needs 72"));
  EXPECT_EQ(all.at("batch_p999").reason(), "36 batches, p99.9 needs 2995");
  EXPECT_EQ(by_name(runs, 17).at("batch_p90").reason(), "34 batches, p90 needs 36");
}

TEST(VitMetrics, AreOfTheLastCallsOnly) {
  runtime::PipelineRun idle = invented_run();
  idle.whole = span(0, 1000);
  EXPECT_DOUBLE_EQ(by_name({idle, invented_run()}, 1).at("busy_any").number(), 1.0);
  EXPECT_DOUBLE_EQ(by_name({idle, invented_run()}, 5).at("busy_any").number(), 200.0 / 1100);
  EXPECT_EQ(by_name({}, 1).at("busy_any"), Value::missing(State::kNotMeasured, "no time passed"));
}

TEST(VitMetrics, AreDeclaredInTheirOrder) {
  const auto metrics = vit_metrics({invented_run()}, 1);
  const auto entries = vit_metric_entries();
  ASSERT_EQ(metrics.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(metrics[i].first, entries[i].name);
    EXPECT_FALSE(entries[i].title.empty());
  }
}

}  // namespace
}  // namespace assay::workload
