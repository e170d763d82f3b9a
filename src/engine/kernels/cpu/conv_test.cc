// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/conv.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "engine/kernels/threads.h"
#include "engine/tensor/comparison.h"

namespace assay::kernels {
namespace {

using tensor::Dims;
using tensor::DType;
using tensor::TensorView;

std::vector<float> numbers(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values)
    value = static_cast<float>(random.uniform() * 2 - 1);
  return values;
}

Result<void> ran(PictureKernel& kernel, const float* x, const float* residual, float* y) {
  std::vector<std::byte> scratch(static_cast<std::size_t>(kernel.scratch_bytes()));
  return kernel.run(x, residual, y, scratch);
}

std::int64_t count_in(const Dims& shape) {
  return *tensor::element_count(shape);
}

std::vector<float> moved(const std::vector<float>& from, const PictureLayout& layout,
                         const PictureLayout& wanted) {
  auto reorder = PictureKernel::reorder(layout, wanted);
  EXPECT_TRUE(reorder.has_value());
  std::vector<float> to(static_cast<std::size_t>(wanted.bytes()) / sizeof(float));
  EXPECT_TRUE(ran(*reorder, from.data(), nullptr, to.data()).has_value());
  return to;
}

struct Problem {
  Dims x;
  Dims weight;
  Conv2dOptions options;
  bool has_bias = true;
  bool has_residual = false;
};

/// The convolution with all four choices of layout against the reference.
void expect_agreement(const Problem& p) {
  const std::vector<float> x = numbers(count_in(p.x), 1), weight = numbers(count_in(p.weight), 2);
  const std::vector<float> bias = numbers(p.weight[0], 3);
  ConvRequest request{.x = p.x,
                      .weight = {weight.data(), p.weight},
                      .bias = p.has_bias ? bias.data() : nullptr,
                      .options = p.options,
                      .has_residual = p.has_residual};
  const PictureLayout x_dense = PictureLayout::dense(p.x);
  for (const bool source_is_free : {false, true}) {
    request.source = source_is_free ? nullptr : &x_dense;
    auto conv = PictureKernel::conv(request);
    ASSERT_TRUE(conv.has_value()) << conv.error().to_string();
    const Dims shape = conv->destination().shape();
    const PictureLayout y_dense = PictureLayout::dense(shape);
    const std::vector<float> residual = numbers(count_in(shape), 4);
    std::vector<float> want(residual.size());
    const auto view = [](const std::vector<float>& values, const Dims& dims) {
      return tensor::dense_view(values.data(), {DType::kF32, dims});
    };
    conv2d_reference({view(x, p.x), view(weight, p.weight),
                      p.has_bias ? view(bias, {p.weight[0]}) : ConstAnyView(),
                      p.has_residual ? view(residual, shape) : ConstAnyView()},
                     p.options, tensor::dense_view(want.data(), {DType::kF32, shape}));
    const std::vector<float> from = moved(x, x_dense, conv->source());
    const std::vector<float> added = moved(residual, y_dense, conv->destination());
    std::vector<float> y(added.size() + 2, -7);
    for (int again = 0; again < 2; ++again) {
      ASSERT_TRUE(ran(*conv, from.data(), p.has_residual ? added.data() : nullptr, y.data() + 1)
                      .has_value());
    }
    EXPECT_EQ(y.front(), -7);
    EXPECT_EQ(y.back(), -7);
    y.erase(y.begin());
    const std::vector<float> got = moved(y, conv->destination(), y_dense);
    const std::int64_t terms = p.weight[1] * p.weight[2] * p.weight[3];
    EXPECT_LE(tensor::difference(TensorView<const float>(got.data(), {std::ssize(want)}),
                                 TensorView<const float>(want.data(), {std::ssize(want)}))
                  .normalised,
              2 * tensor::tolerance_for(DType::kF32, terms).normalised)
        << tensor::to_text(p.x) << tensor::to_text(p.weight) << conv->implementation();
  }
}

TEST(PictureConv, AgreesWithTheReference) {
  for (const int threads : {1, 2}) {
    set_threads(threads);
    for (const Problem& problem :
         {Problem{{1, 3, 20, 18}, {16, 3, 7, 7}, {.stride = {2, 2}, .padding = {3, 3}}},
          Problem{{2, 16, 9, 9}, {24, 16, 3, 3}, {.padding = {1, 1}}, false},
          Problem{{1, 32, 7, 5}, {8, 32, 1, 1}, {.activation = Activation::kRelu}, true, true},
          Problem{{1, 16, 8, 8}, {16, 16, 3, 3}, {.padding = {1, 1}}, true, true},
          Problem{{1, 8, 9, 9}, {8, 4, 3, 3}, {.padding = {1, 1}, .groups = 2}},
          Problem{{1, 5, 11, 6}, {7, 5, 3, 2}, {.stride = {1, 2}, .dilation = {2, 1}}},
          Problem{{1, 1, 1, 1}, {1, 1, 1, 1}, {}},
          Problem{{1, 3, 32, 32}, {48, 3, 16, 16}, {.stride = {16, 16}}}}) {
      expect_agreement(problem);
    }
    for (const std::string& name : activation_names()) {
      expect_agreement({{1, 16, 6, 6},
                        {16, 16, 3, 3},
                        {.padding = {1, 1}, .activation = *parse_activation(name)}});
    }
  }
}

TEST(PictureConv, AChainStaysInBlocks) {
  const std::vector<float> weight = numbers(32 * 32 * 9, 2);
  ConvRequest request{.x = {1, 32, 14, 14},
                      .weight = {weight.data(), {32, 32, 3, 3}},
                      .options = {.padding = {1, 1}}};
  auto first = PictureKernel::conv(request);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(first->destination().is_dense()) << first->destination().to_text();
  request.source = &first->destination();
  auto second = PictureKernel::conv(request);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->source(), first->destination());
  EXPECT_EQ(second->destination(), first->destination());
}

TEST(PictureConv, NothingToDo) {
  const std::vector<float> weight(3);
  auto conv = PictureKernel::conv({.x = {0, 3, 4, 4}, .weight = {weight.data(), {1, 3, 1, 1}}});
  ASSERT_TRUE(conv.has_value());
  EXPECT_EQ(conv->destination().shape(), (Dims{0, 1, 4, 4}));
  EXPECT_TRUE(ran(*conv, nullptr, nullptr, nullptr).has_value());
}

TEST(PicturePool, AgreesWithTheReferenceInBothLayouts) {
  const Dims shape{2, 16, 11, 8};
  const std::vector<float> x = numbers(count_in(shape), 5), weight = numbers(16 * 16, 2);
  auto blocks = PictureKernel::conv({.x = shape, .weight = {weight.data(), {16, 16, 1, 1}}});
  ASSERT_TRUE(blocks.has_value());
  for (const PictureLayout& layout : {PictureLayout::dense(shape), blocks->source()}) {
    const PoolOptions options{.window = {3, 3}, .stride = {2, 2}, .padding = {1, 1}};
    auto pool = PictureKernel::max_pool(layout, options);
    ASSERT_TRUE(pool.has_value()) << pool.error().to_string();
    const Dims y_shape = pool->destination().shape();
    std::vector<float> want(static_cast<std::size_t>(count_in(y_shape)));
    max_pool2d_reference(tensor::dense_view(x.data(), {DType::kF32, shape}), options,
                         tensor::dense_view(want.data(), {DType::kF32, y_shape}));
    std::vector<float> y(static_cast<std::size_t>(pool->destination().bytes()) / 4);
    const std::vector<float> from = moved(x, PictureLayout::dense(shape), layout);
    ASSERT_TRUE(ran(*pool, from.data(), nullptr, y.data()).has_value());
    EXPECT_EQ(moved(y, pool->destination(), PictureLayout::dense(y_shape)), want);

    auto mean = PictureKernel::mean(layout);
    ASSERT_TRUE(mean.has_value()) << mean.error().to_string();
    y.assign(static_cast<std::size_t>(mean->destination().bytes()) / 4, 0);
    ASSERT_TRUE(ran(*mean, from.data(), nullptr, y.data()).has_value());
    const std::vector<float> means =
        moved(y, mean->destination(), PictureLayout::dense({2, 16, 1, 1}));
    for (std::size_t plane = 0; plane < 32; ++plane) {
      double sum = 0;
      for (std::size_t i = 0; i < 88; ++i)
        sum += static_cast<double>(x[plane * 88 + i]) / 88;
      EXPECT_NEAR(static_cast<double>(means[plane]), sum, 1e-6);
    }
  }
}

TEST(PictureConvDeathTest, WhatDoesNotFitIsABug) {
  const std::vector<float> weight(100);
  const TensorView<const float> three(weight.data(), {1, 3, 5, 5});
  EXPECT_DEATH((void)PictureKernel::conv({.x = {1, 2, 9, 9}, .weight = three}),
               "fits the channels");
  EXPECT_DEATH((void)PictureKernel::conv({.x = {1, 3, 4, 9}, .weight = three}), "window fits");
}

}  // namespace
}  // namespace assay::kernels
