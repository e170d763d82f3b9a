// SPDX-License-Identifier: MIT
#include "engine/conformance/suite.h"

#include <gmock/gmock.h>

#include "engine/backends/cpu/cpu_device.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/backends/sim/sim_device.h"
#include "engine/backends/torch/torch_backend.h"

namespace assay::conformance {
namespace {

using backend::CompileMode;
using ::testing::IsEmpty;

void expect_conformance(backend::Device& device, const Settings& settings) {
  const auto judge = reference::make_reference_device();
  const Report report = run_suite(device, *judge, settings);
  EXPECT_THAT(report.failures, IsEmpty());
  EXPECT_GT(report.agreed, 1000);
  std::string text = to_text(report);
  ::testing::Test::RecordProperty("conformance", text);
  std::printf("%s: %s\n", device.facts().name.c_str(), text.c_str());
}

TEST(Suite, ReferenceAgreesWithItselfInEveryMode) {
  const auto device = reference::make_reference_device();
  expect_conformance(*device, {.draws = 60});
}

TEST(Suite, Cpu) {
  const auto device = cpu::make_cpu_device();
  expect_conformance(*device, {});
}

/// Whatever its kernels are said to take, its answers are right: costs are made up.
TEST(Suite, Sim) {
  sim::CostModel costs;
  costs.lacks = [](const graph::Node&) { return std::optional<std::string>(); };
  costs.cost = [](const graph::Graph&, graph::NodeId, const graph::NodeTypes&, std::int64_t) {
    return sim::NodeCost{.products = 1e6, .flops = 2e6, .bytes = 3e6};
  };
  sim::SimProfile profile;
  profile.name = "toy";
  profile.memory = Bytes(std::int64_t{1} << 30);
  profile.compute.f32_products_per_second = profile.compute.f16_products_per_second = 1e12;
  profile.compute.i8_products_per_second = profile.compute.vector_flops_per_second = 1e12;
  profile.compute.memory_bytes_per_second = 1e11;
  profile.copies = {.to_device_bytes_per_second = 1e10, .from_device_bytes_per_second = 1e10};
  profile.host = {.flops_per_second = 1e9, .memory_bytes_per_second = 1e9};
  const auto device =
      sim::make_sim_device(profile, reference::make_reference_device(), std::move(costs));
  ASSERT_TRUE(device) << device.error().to_string();
  expect_conformance(**device, {.draws = 60});
}

/// A test each, because making TorchScript modules takes its time.
class SuiteOfTorch : public ::testing::TestWithParam<CompileMode> {};

TEST_P(SuiteOfTorch, Agrees) {
  const auto device = torch_backend::open_torch(ASSAY_TORCH_PLUGIN, "");
  if (!device) GTEST_SKIP() << device.error().to_string();
  expect_conformance(**device, {.draws = 60, .modes = {GetParam()}});
}

// reduce-overhead is made as max-autotune is.
INSTANTIATE_TEST_SUITE_P(Modes, SuiteOfTorch,
                         ::testing::Values(CompileMode::kNone, CompileMode::kDefault,
                                           CompileMode::kMaxAutotune));

}  // namespace
}  // namespace assay::conformance
