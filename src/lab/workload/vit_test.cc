// SPDX-License-Identifier: MIT
#include "lab/workload/vit.h"

#include <gmock/gmock.h>

#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"
#include "lab/workload/arm_under_test.h"
#include "lab/workload/vit_pipeline.h"

namespace assay::workload {
namespace {

/// The reference kernels as a device: the registry's own are known to the program alone.
class StandIn : public backend::Device {
 public:
  const backend::DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node&, const graph::OperandTypes&) const override {
    return std::nullopt;
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(
      const graph::Graph& graph, const graph::Weights& weights,
      const backend::CompileOptions& options) override {
    return plan::load_model(graph, weights, options, plan::make_reference_factory());
  }

 private:
  backend::DeviceFacts facts_{.name = "cpu", .description = "stand-in", .is_simulated = false};
};

std::shared_ptr<const backend::Registry> devices() {
  auto registry = std::make_shared<backend::Registry>();
  for (const char* name : {"cpu", "reference"}) {
    EXPECT_TRUE(registry->add(name, "", [](const std::string&) {
      return Result<std::unique_ptr<backend::Device>>(std::make_unique<StandIn>());
    }));
  }
  return registry;
}

spec::Factors tiny(const spec::Factors& more) {
  return overlay(
      {{"patch", 16}, {"depth", 1}, {"width", 64}, {"side", 40}, {"batch", 2}, {"batches", 6}},
      more);
}

TEST(VitWorkload, EveryFactorIsAppliedAndTheAnswerIsRight) {
  for (const char* pipeline : {"sync", "async"}) {
    for (const char* preprocessing : {"device", "host"}) {
      for (const std::int64_t depth : {1, 3}) {
        WorkloadUnderTest workload(vit_workload(devices()), 1);
        const auto arm = workload.arm(tiny(
            {{"pipeline", pipeline}, {"preprocessing", preprocessing}, {"queue_depth", depth}}));
        ASSERT_NE(arm, nullptr);
        const auto verdict = arm->verify();
        ASSERT_TRUE(verdict) << verdict.error().to_string();
        EXPECT_TRUE(verdict->correct) << verdict->error;
        ASSERT_TRUE(arm->run(1));
        const spec::Factors observed = arm->observed();
        EXPECT_EQ(*observed.find("preprocessing"), spec::Scalar(std::string(preprocessing)));
        EXPECT_EQ(*observed.find("queue_depth"), spec::Scalar(depth));
        EXPECT_EQ(*observed.find("pipeline"), spec::Scalar(std::string(pipeline)));
        EXPECT_EQ(*observed.find("patch"), spec::Scalar(std::int64_t{16}));
        EXPECT_EQ(*observed.find("depth"), spec::Scalar(std::int64_t{1}));
        EXPECT_EQ(*observed.find("model_side"), spec::Scalar(std::int64_t{48}));
        EXPECT_EQ(*observed.find("tokens"), spec::Scalar(std::int64_t{10}));
      }
    }
  }
}

TEST(VitWorkload, FewerBatchesThanSlotsAreNotTheAskedDepth) {
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  const auto arm = workload.arm(tiny({{"queue_depth", 8}, {"pipeline", "async"}}));
  ASSERT_NE(arm, nullptr);
  ASSERT_TRUE(arm->run(1));
  EXPECT_EQ(*arm->observed().find("queue_depth"), spec::Scalar(std::int64_t{6}));
}

TEST(VitWorkload, PercentilesNeedTheirBatches) {
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  const auto few = workload.arm(tiny({}));
  ASSERT_TRUE(few->run(1));
  EXPECT_NE(few->mechanism().find("batch_latency_ms_p50"), nullptr);
  EXPECT_EQ(few->mechanism().find("batch_latency_ms_p90"), nullptr);
  const auto enough = workload.arm(tiny({{"batches", 40}, {"batch", 1}}));
  ASSERT_TRUE(enough->run(1));
  EXPECT_NE(enough->mechanism().find("batch_latency_ms_p90"), nullptr);
  EXPECT_EQ(enough->mechanism().find("batch_latency_ms_p99"), nullptr);
}

TEST(PreprocessingGraph, ResizesOnlyWhereTheSidesDiffer) {
  EXPECT_EQ(preprocessing_graph(224, 224).op_count(), 1);
  EXPECT_EQ(preprocessing_graph(256, 224).op_count(), 2);
}

}  // namespace
}  // namespace assay::workload
