// SPDX-License-Identifier: MIT
#include "cli/simulated_devices.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/codec/temporary_folder.h"
#include "engine/backends/sim/costing.h"
#include "engine/models/model_list.h"
#include "oracle/hardware/profile_folder.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;

std::filesystem::path shipped() {
  return std::filesystem::path(ASSAY_ROOT) / "hardware";
}

TEST(SimulatedDevices, EveryProfileThatIsShippedForItOpens) {
  const std::vector<std::string> names = simulated_names(shipped());
  EXPECT_THAT(names, ::testing::IsSupersetOf(
                         {"a100_80g", "h100_sxm", "h200_sxm", "jetson_agx_orin", "l4", "l40s"}));
  EXPECT_THAT(names, ::testing::Not(::testing::Contains("tpu_v4")));  // It has no launch queue.
  for (const std::string& name : names) {
    const auto profile = read_sim_profile(name, shipped());
    ASSERT_TRUE(profile) << profile.error().to_string();
    const auto device = open_simulated(name);
    ASSERT_TRUE(device) << device.error().to_string();
    EXPECT_EQ((*device)->facts().name, "sim:" + name);
    EXPECT_TRUE((*device)->facts().is_simulated);
    EXPECT_THAT((*device)->facts().description, HasSubstr("assumed"));
  }
}

/// What the study of RQ1 was simulated with.
TEST(SimulatedDevices, TakesItsNumbersFromThePeaksAndTheMemory) {
  const auto profile = read_sim_profile("l40s", shipped());
  ASSERT_TRUE(profile) << profile.error().to_string();
  EXPECT_EQ(profile->compute.f32_products_per_second, 91.6e12);
  EXPECT_EQ(profile->compute.f16_products_per_second, 362e12);
  EXPECT_EQ(profile->compute.i8_products_per_second, 733e12);
  EXPECT_EQ(profile->compute.vector_flops_per_second, 91.6e12);
  EXPECT_EQ(profile->compute.memory_bytes_per_second, 864e9);
  EXPECT_EQ(profile->memory, Bytes(48'000'000'000));
}

/// Nobody can say of a number that was not seen that it was measured.
TEST(SimulatedDevices, WhatWasMeasuredOfAnAcceleratorIsOfTheStudy) {
  for (const std::string& name : oracle::hardware_names(shipped())) {
    const auto profile = oracle::read_hardware_profile(name, shipped());
    ASSERT_TRUE(profile) << profile.error().to_string();
    if (profile->kind == "cpu") continue;
    for (const auto& number : profile->quantities()) {
      const bool is_measured = number.quantity->provenance == oracle::Provenance::kMeasured;
      EXPECT_EQ(is_measured, number.quantity->source.find("the ViT study") == 0) << number.name;
    }
  }
}

TEST(SimulatedDevices, AnUnknownProfileListsThoseThereAre) {
  EXPECT_THAT(read_sim_profile("l40x", shipped()).error().message(),
              HasSubstr("unknown hardware profile: l40x; did you mean l40s?"));
  EXPECT_THAT(read_sim_profile("", shipped()).error().message(),
              HasSubstr("the backend sim needs a profile: sim:a100_80g"));
  EXPECT_THAT(read_sim_profile("../hardware/l40s", shipped()).error().message(),
              HasSubstr("unknown hardware profile"));
}

TEST(SimulatedDevices, AProfileThatLacksANumberSaysWhich) {
  const codec::TemporaryFolder folder("hardware");
  std::ofstream(folder.path() / "toy.yaml")
      << "schema: assay.hardware/2\nname: toy\ndescription: A toy\nkind: gpu\n"
         "memory: [{name: HBM, shared_by: 0, capacity_bytes: {value: 1e9, is: assumed, from: "
         "x}}]\n";
  EXPECT_THAT(read_sim_profile("toy", folder.path()).error().message(),
              HasSubstr("toy.yaml has no queue_depth"));
  EXPECT_TRUE(simulated_names(folder.path()).empty());
}

TEST(CountedCosts, EveryOpOfTheListIsCounted) {
  const sim::CostModel model = counted_costs();
  for (const graph::OpDefinition* op : graph::op_list()) {
    graph::Node node;
    node.op = op;
    EXPECT_FALSE(model.lacks(node).has_value()) << op->name;
  }
}

/// A decoder's step reads every key once more: its time on the virtual clock grows with them.
TEST(SimulatedDecoder, AStepTakesLongerTheFullerItsCacheIs) {
  const auto graph = models::build_model("gpt2");
  ASSERT_TRUE(graph) << graph.error().to_string();
  const graph::Bindings bindings{{"batch", 1}, {"sequence", 1}, {"capacity", 1024}};
  const auto types = infer_types(*graph, bindings);
  ASSERT_TRUE(types) << types.error().to_string();
  const sim::CostModel model = counted_costs();
  const auto plan = sim::cost_plan(*graph, bindings, {}, model);
  ASSERT_TRUE(plan) << plan.error().to_string();
  std::int64_t caches = 0;
  for (const sim::CostedKernel& kernel : plan->kernels) {
    if (!kernel.past) continue;
    ++caches;
    // Keys and values of 12 heads of 64, in f32.
    EXPECT_EQ(kernel.of_a_key.bytes, 2 * 12 * 64 * 4);
    EXPECT_EQ(kernel.of_a_key.products, 4 * 12 * 64);
    EXPECT_EQ(plan->signature.inputs[kernel.past->input].first, "past");
  }
  EXPECT_EQ(caches, 12);
}

}  // namespace
}  // namespace assay::cli
