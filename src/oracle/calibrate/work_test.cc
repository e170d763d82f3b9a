// SPDX-License-Identifier: MIT
#include "oracle/calibrate/work.h"

#include <gmock/gmock.h>

#include <numeric>

namespace assay::calibrate {
namespace {

using ::testing::HasSubstr;

TEST(Work, AnMlpByHand) {
  const auto work = work_of({.model = "mlp512-256-128", .batch = 4});
  ASSERT_TRUE(work) << work.error().to_string();
  EXPECT_EQ(work->products, 2.0 * 4 * (512 * 256 + 256 * 128));
  EXPECT_EQ(work->weight_bytes, 4.0 * (512 * 256 + 256 + 256 * 128 + 128));
  EXPECT_EQ(work->kernels, 3) << "two linears, the first with its tanh, and a softmax";
  EXPECT_EQ(work->uncounted, 0);
  EXPECT_EQ(work->input_dim, 512);
  EXPECT_EQ(work->output_dim, 128);
  EXPECT_EQ(work->live_bytes, 4.0 * 4 * (512 + 256)) << "the input beside the hidden row";
  for (const NodeWork& node : work->nodes) {
    if (node.products > 0) {
      EXPECT_EQ(node.kernel, KernelClass::kProduct);
      EXPECT_EQ(node.rows, 4);
    }
  }
}

TEST(Work, NodesStandOnceWithTheirNumber) {
  const auto shallow = work_of({.model = "vit32x4x128@64", .batch = 2});
  const auto deep = work_of({.model = "vit32x12x128@64", .batch = 2});
  ASSERT_TRUE(shallow && deep);
  EXPECT_EQ(shallow->nodes.size(), deep->nodes.size());
  double products = 0;
  double count = 0;
  for (const NodeWork& node : deep->nodes) {
    products += node.products * node.count;
    count += node.count;
    EXPECT_GE(node.activation_bytes, 0);
    EXPECT_GE(node.vector_flops, 0);
  }
  EXPECT_NEAR(products, deep->products, 1e-6 * deep->products);
  EXPECT_EQ(count, deep->kernels);
}

TEST(Work, FoldedNormsAreWeightsAndNoKernels) {
  const auto work = work_of({.model = "resnet18@64"});
  ASSERT_TRUE(work) << work.error().to_string();
  double convolutions = 0;
  double weights = 0;
  for (const NodeWork& node : work->nodes) {
    if (node.kernel == KernelClass::kConvolution) convolutions += node.count;
    weights += node.weight_bytes * node.count;
  }
  EXPECT_EQ(convolutions, 20);
  EXPECT_GT(weights, 4 * 11.6e6) << "every convolution reads weights, folded or not";
}

TEST(Work, ADecoderReadsItsCache) {
  const auto none = work_of({.model = "gpt2_tiny", .batch = 1, .sequence = 1, .past = 0});
  const auto some = work_of({.model = "gpt2_tiny", .batch = 1, .sequence = 1, .past = 500});
  ASSERT_TRUE(none && some);
  EXPECT_GT(some->products, none->products);
  EXPECT_GT(some->bytes, none->bytes);
}

TEST(Configuration, NamesReadBack) {
  for (const Configuration& one :
       {Configuration{.model = "gpt2", .sequence = 1, .past = 128},
        Configuration{.model = "mlp4-4"}, Configuration{.model = "bert_base", .sequence = 16},
        Configuration{.model = "gpt2", .past = 3}}) {
    const auto read = parse_configuration(name_of(one));
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(*read, one) << name_of(one);
  }
  EXPECT_EQ(name_of({.model = "gpt2", .sequence = 1, .past = 128}), "gpt2/s1/p128");
  for (const char* bad : {"gpt2/", "gpt2/s", "gpt2/s0", "gpt2/sx", "gpt2/p-1", "gpt2/x3",
                          "gpt2/s1x", "gpt2/s99999999999999999999"}) {
    const auto read = parse_configuration(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_THAT(read.error().to_string(), HasSubstr("expected /s<sequence>"));
  }
}

TEST(Configuration, FamiliesAreWhatIsHeldOutTogether) {
  const auto family = [](const char* model, std::int64_t sequence = 128) {
    return family_of({.model = model, .sequence = sequence});
  };
  EXPECT_EQ(family("mlp512-128"), "mlp");
  EXPECT_EQ(family("resnet18@64"), "resnet");
  EXPECT_EQ(family("conv3x8x3x1x1@8"), "conv");
  EXPECT_EQ(family("vit_b16"), "vit");
  EXPECT_EQ(family("bert_base"), "bert");
  EXPECT_EQ(family("gpt2", 16), "gpt prefill");
  EXPECT_EQ(family("gpt2", 1), "gpt decode");
}

TEST(Work, AModelThatIsNoneIsTheUsersMistake) {
  const auto work = work_of({.model = "resnet19"});
  ASSERT_FALSE(work);
  EXPECT_THAT(work.error().to_string(), HasSubstr("unknown model: resnet19"));
}

TEST(KernelClass, HasNames) {
  for (int i = 0; i < kKernelClassCount; ++i)
    EXPECT_FALSE(to_text(static_cast<KernelClass>(i)).empty());
}

}  // namespace
}  // namespace assay::calibrate
