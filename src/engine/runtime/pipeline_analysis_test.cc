// SPDX-License-Identifier: MIT
#include "engine/runtime/pipeline_analysis.h"

#include <gmock/gmock.h>

namespace assay::runtime {
namespace {

using ::testing::ElementsAre;

Span span(std::int64_t begin, std::int64_t end) {
  return {Nanoseconds(begin), Nanoseconds(end)};
}

TEST(BusyTime, IsAUnionAndNotASum) {
  EXPECT_EQ(busy_time({span(0, 10), span(5, 15), span(20, 30)}), 25ns);
  EXPECT_EQ(busy_time({span(20, 30), span(0, 40)}), 40ns);
  EXPECT_EQ(busy_time({}), 0ns);
  EXPECT_EQ(busy_time({span(7, 7)}), 0ns);
}

TEST(Overlap, IsTheTimeOfBoth) {
  EXPECT_EQ(overlap({span(0, 10), span(20, 30)}, {span(5, 25)}), 10ns);
  EXPECT_EQ(overlap({span(0, 10)}, {span(10, 20)}), 0ns);
}

TEST(AnalysePipeline, TellsTheHiddenFromTheExposedTransfer) {
  PipelineRun run;
  BatchTrace first{.slot = 0, .arrived = 0ns, .stages = {}};
  first.stages = {span(0, 10), span(10, 15), span(15, 55), span(55, 60)};
  BatchTrace second{.slot = 1, .arrived = 10ns, .stages = {}};
  second.stages = {span(20, 30), span(30, 35), span(55, 95), span(95, 100)};
  run.batches = {first, second};
  run.whole = span(0, 100);
  const PipelineFindings findings = analyse_pipeline(run);
  EXPECT_THAT(findings.busy, ElementsAre(20ns, 10ns, 80ns, 10ns));
  EXPECT_EQ(findings.exposed_transfer, 15ns) << "0-10 and 95-100: the others are under compute";
  EXPECT_EQ(findings.overlap[0][2], 10ns);
  EXPECT_EQ(findings.overlap[2][0], 10ns);
  EXPECT_EQ(findings.any, 100ns);
  EXPECT_EQ(findings.several, 20ns) << "20-35 and 55-60";
  EXPECT_THAT(findings.bound, ElementsAre(0, 0, 2, 0));
  EXPECT_DOUBLE_EQ(findings.batches_per_second, 2 / 100e-9);
}

}  // namespace
}  // namespace assay::runtime
