// SPDX-License-Identifier: MIT
#include "lab/workload/vit.h"

#include <gmock/gmock.h>

#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"
#include "lab/workload/arm_under_test.h"
#include "lab/workload/vit_pipeline.h"
#include "oracle/machine/topology.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;

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

TEST(VitWorkload, WorkersPreprocessAndAreCounted) {
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  const spec::Factors three =
      tiny({{"pipeline", "async"}, {"preprocessing", "host"}, {"queue_depth", 4}, {"workers", 3}});
  EXPECT_THAT(workload.not_applied(three), ::testing::IsEmpty());
  const auto arm = workload.arm(three);
  ASSERT_NE(arm, nullptr);
  const auto verdict = arm->verify();
  ASSERT_TRUE(verdict) << verdict.error().to_string();
  EXPECT_TRUE(verdict->correct) << verdict->error;
  EXPECT_EQ(*arm->observed().find("workers"), spec::Scalar(std::int64_t{3}));
}

TEST(VitWorkload, WorkersNeedAHostThatPreprocessesAhead) {
  const WorkloadUnderTest workload(vit_workload(devices()), 1);
  const auto message = [&](const spec::Factors& factors) {
    const auto checked = workload.entry().check(workload.asked(factors));
    return checked ? std::string() : checked.error().message();
  };
  const spec::Factors sound{
      {"workers", 2}, {"pipeline", "async"}, {"preprocessing", "host"}, {"queue_depth", 2}};
  EXPECT_EQ(message(sound), "");
  EXPECT_THAT(message(overlay(sound, {{"pipeline", "sync"}})), HasSubstr("has one thread"));
  EXPECT_THAT(message(overlay(sound, {{"preprocessing", "device"}})), HasSubstr("only the host"));
  EXPECT_THAT(message(overlay(sound, {{"queue_depth", 1}})), HasSubstr("leave some without one"));
}

TEST(VitWorkload, FewerBatchesThanSlotsAreNotTheAskedDepth) {
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  const auto arm = workload.arm(tiny({{"queue_depth", 8}, {"pipeline", "async"}}));
  ASSERT_NE(arm, nullptr);
  ASSERT_TRUE(arm->run(1));
  EXPECT_EQ(*arm->observed().find("queue_depth"), spec::Scalar(std::int64_t{6}));
}

TEST(VitWorkload, EveryParameterIsObservedBack) {
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  EXPECT_THAT(workload.not_applied(tiny({})), ::testing::IsEmpty());
  EXPECT_THAT(workload.not_applied(tiny({{"compute_node", "0"},
                                         {"numa_node", "local"},
                                         {"output", "cls"},
                                         {"pool_mb", 2},
                                         {"arrivals", "fixed"},
                                         {"rate", 1000.0}})),
              ::testing::IsEmpty());
}

TEST(VitWorkload, BringsBackWhatItIsAskedFor) {
  const std::vector<std::pair<std::string, std::string>> shapes{
      {"tokens", "2x10x64"}, {"cls", "2x64"}, {"logits", "2x1000"}};
  for (const auto& [output, shape] : shapes) {
    WorkloadUnderTest workload(vit_workload(devices()), 1);
    const auto arm = workload.arm(tiny({{"output", output}}));
    ASSERT_NE(arm, nullptr) << output;
    const auto verdict = arm->verify();
    ASSERT_TRUE(verdict) << verdict.error().to_string();
    EXPECT_TRUE(verdict->correct) << output << ": " << verdict->error;
    EXPECT_EQ(*arm->observed().find("output"), spec::Scalar(output));
    EXPECT_EQ(*arm->observed().find("output_shape"), spec::Scalar(shape));
  }
}

TEST(VitWorkload, GoesThroughItsWholePool) {
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  // A batch is 2 x 40 x 40 x 3 = 9,600 bytes: 110 of them are the first beyond a mebibyte.
  const auto arm = workload.arm(tiny({{"pool_mb", 1}}));
  ASSERT_NE(arm, nullptr);
  EXPECT_EQ(*arm->observed().find("pool_bytes"), spec::Scalar(std::int64_t{110 * 9'600}));
  EXPECT_EQ(*arm->mechanism().find("pool_batches"), spec::Scalar(std::int64_t{110}));
  EXPECT_EQ(*arm->mechanism().find("pool_batches_read"), spec::Scalar(std::int64_t{6}));
  ASSERT_TRUE(arm->run(17));
  EXPECT_EQ(*arm->mechanism().find("pool_batches_read"), spec::Scalar(std::int64_t{108}));
  ASSERT_TRUE(arm->run(1));
  EXPECT_EQ(*arm->mechanism().find("pool_batches_read"), spec::Scalar(std::int64_t{110}));
  const auto verdict = arm->verify();  // Beyond its end: the pool begins again.
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->correct);
}

TEST(VitWorkload, ArrivalsAreReadOffTheTrace) {
  for (const char* arrivals : {"fixed", "poisson"}) {
    WorkloadUnderTest workload(vit_workload(devices()), 1);
    const auto arm = workload.arm(tiny({{"arrivals", arrivals}, {"rate", 2000.0}}));
    ASSERT_NE(arm, nullptr);
    EXPECT_EQ(*arm->observed().find("arrivals"), spec::Scalar(std::string(arrivals)));
    EXPECT_EQ(*arm->observed().find("rate"), spec::Scalar(2000.0));
  }
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  const auto arm = workload.arm(tiny({{"arrivals", "fixed"}, {"rate", 2000.0}, {"batches", 1}}));
  ASSERT_NE(arm, nullptr);
  EXPECT_EQ(*arm->observed().find("arrivals"), spec::Scalar(std::string("closed")))
      << "one batch shows no rate";
}

TEST(VitWorkload, ArrivalsAndRateGoTogether) {
  const WorkloadUnderTest workload(vit_workload(devices()), 1);
  const auto message = [&](const spec::Factors& factors) {
    const auto checked = workload.entry().check(workload.asked(factors));
    return checked ? std::string() : checked.error().message();
  };
  EXPECT_EQ(message({}), "");
  EXPECT_EQ(message({{"arrivals", "poisson"}, {"rate", 3.0}}), "");
  EXPECT_EQ(message({{"rate", 3.0}}), "arrivals closed has no rate: got 3; say fixed or poisson");
  EXPECT_EQ(message({{"arrivals", "fixed"}}), "arrivals at a rate need one: rate is 0");
}

TEST(VitWorkload, ANodeThatIsNotThereIsSkipped) {
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  const auto topology = machine::read_topology();
  ASSERT_TRUE(topology);
  const std::string has = topology->numa_nodes.size() == 1 ? "this machine has one NUMA node"
                                                           : "this machine has the NUMA nodes";
  EXPECT_THAT(workload.skipped_reason(tiny({{"compute_node", "900"}})), HasSubstr(has));
  EXPECT_THAT(workload.skipped_reason(tiny({{"compute_node", "0"}, {"numa_node", "900"}})),
              HasSubstr(has));
  if (topology->numa_nodes.size() > 1) return;
  EXPECT_EQ(workload.skipped_reason(tiny({{"compute_node", "0"}, {"numa_node", "remote"}})),
            "this machine has one NUMA node");
}

TEST(VitWorkload, MetricsAreThoseItDeclares) {
  WorkloadUnderTest workload(vit_workload(devices()), 1);
  const auto arm = workload.arm(tiny({{"batches", 40}, {"batch", 1}}));
  ASSERT_NE(arm, nullptr);
  ASSERT_TRUE(arm->run(3));
  const auto metrics = arm->metrics(2);
  ASSERT_EQ(metrics.size(), workload.entry().metrics.size());
  for (const auto& [name, value] : metrics) {
    if (name == "batch_p95") {
      EXPECT_TRUE(value.has_number()) << "80 batches are enough";
    }
    if (name == "batch_p99") {
      EXPECT_EQ(value.reason(), "80 batches, p99 needs 299");
    }
    if (name == "busy_compute") {
      EXPECT_GT(value.number(), 0.0);
    }
  }
}

TEST(PreprocessingGraph, ResizesOnlyWhereTheSidesDiffer) {
  EXPECT_EQ(preprocessing_graph(224, 224).op_count(), 1);
  EXPECT_EQ(preprocessing_graph(256, 224).op_count(), 2);
}

}  // namespace
}  // namespace assay::workload
