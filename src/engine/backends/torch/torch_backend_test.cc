// SPDX-License-Identifier: MIT
// What the device calculates is tested by engine/conformance, against the reference.
#include "engine/backends/torch/torch_backend.h"

#include <gmock/gmock.h>

#include "engine/graph/weights.h"

namespace assay::torch_backend {
namespace {

using backend::CompileMode;
using graph::Graph;
using graph::NodeId;
using tensor::DType;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(OpenTorch, SaysHowToGetIt) {
  const auto device = open_torch("/nowhere/libassay_torch.so", "");
  ASSERT_FALSE(device);
  EXPECT_THAT(device.error().message(),
              StartsWith("unsupported: LibTorch is not here: scripts/install --with torch, then "
                         "./assay build ("));
}

TEST(OpenTorch, HasNoProfiles) {
  EXPECT_EQ(open_torch(ASSAY_TORCH_PLUGIN, "cuda").error().message(),
            "the backend torch has no profiles; `cuda` was given, write `torch`");
}

class TorchDevice : public ::testing::Test {
 protected:
  void SetUp() override {
    auto device = open_torch(ASSAY_TORCH_PLUGIN, "");
    if (!device) GTEST_SKIP() << device.error().to_string();
    device_ = std::move(*device);
    const NodeId x = graph_.input("x", DType::kF32, {"batch", 4});
    const NodeId weight = graph_.weight("w", {DType::kF32, {3, 4}});
    graph_.output("y", graph_.op("linear", {x, graph_.op("scale", {weight}, {{"factor", 2.0}})}));
    weights_ = *graph::seeded_weights(graph_, 1);
  }
  Result<std::unique_ptr<backend::Executable>> prepare(const backend::CompileOptions& options) {
    ASSAY_TRY(const auto model, device_->load(graph_, weights_, options));
    return model->prepare({{"batch", 2}});
  }

  std::unique_ptr<backend::Device> device_;
  Graph graph_;
  graph::Weights weights_;
};

TEST_F(TorchDevice, SaysWhichLibrariesCalculate) {
  EXPECT_EQ(device_->facts().name, "torch");
  EXPECT_THAT(device_->facts().description, StartsWith("LibTorch "));
  EXPECT_THAT(device_->facts().description, HasSubstr("openblas-openmp"));
}

TEST_F(TorchDevice, TellsWhatEachModeMade) {
  const auto eager = prepare({.mode = CompileMode::kNone});
  ASSERT_TRUE(eager) << eager.error().to_string();
  ASSERT_EQ((*eager)->facts().steps.size(), 1U);  // What depends on weights alone is done.
  EXPECT_EQ((*eager)->facts().steps[0].kernel, "ATen, eager");
  EXPECT_EQ((*eager)->facts().weights, Bytes(48));
  const auto frozen = prepare({.mode = CompileMode::kDefault});
  ASSERT_TRUE(frozen) << frozen.error().to_string();
  EXPECT_THAT((*frozen)->facts().passes, ::testing::ElementsAre("trace", "freeze"));
  EXPECT_THAT((*frozen)->facts().steps[0].kernel, HasSubstr("aten::linear"));
  const auto optimised = prepare({.mode = CompileMode::kMaxAutotune});
  ASSERT_TRUE(optimised) << optimised.error().to_string();
  EXPECT_THAT((*optimised)->facts().passes, ::testing::Contains("optimize_for_inference"));
}

TEST_F(TorchDevice, RefusesWhatTheCallerMistook) {
  EXPECT_THAT(prepare({.passes_off = {"qkw"}}).error().message(),
              HasSubstr("unknown pass: qkw; did you mean qkv?"));
  const auto executable = prepare({.mode = CompileMode::kDefault});
  ASSERT_TRUE(executable);
  EXPECT_EQ((*executable)->run({}).error().message(), "inputs: 0 given, the graph has 1");
  weights_.drop("w");
  EXPECT_THAT(prepare({}).error().message(), HasSubstr("1 of the graph's weights do not fit"));
}

}  // namespace
}  // namespace assay::torch_backend
