// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/picture.h"

#include <gmock/gmock.h>

#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/picture.h"

namespace assay::kernels {
namespace {

using tensor::Dims;
using tensor::DType;
using tensor::TensorView;

/// Random pixels 0 to 255, in u8 or f32, with `pad` elements after each row.
struct Pictures {
  Pictures(DType dtype, const Dims& shape, std::int64_t pad)
      : strides{shape[1] * (shape[2] * shape[3] + pad), shape[2] * shape[3] + pad, shape[3], 1},
        memory(static_cast<std::size_t>(shape[0] * strides[0] * tensor::size_of(dtype) + 4)),
        view{memory.data(), {dtype, shape}, strides} {
    Random random(6);
    for (std::int64_t i = 0; i < *tensor::element_count(shape); ++i)
      tensor::store_element(view, i, static_cast<double>(random.below(256)));
  }
  Dims strides;
  std::vector<std::byte> memory;
  tensor::AnyView view;
};

void expect_resizes(DType dtype, const Dims& from, std::int64_t height, std::int64_t width,
                    bool antialias) {
  const Pictures x(dtype, from, 5);
  const Dims to{from[0], height, width, from[3]};
  const auto count = static_cast<std::size_t>(*tensor::element_count(to));
  std::vector<float> want(count), got(count + 2, -7);
  resize_reference(x.view, antialias, tensor::dense_view(want.data(), {DType::kF32, to}));
  const Resize resize({from[1], from[2]}, {height, width}, antialias);
  std::vector<float> scratch(static_cast<std::size_t>(resize.scratch_size(from[3], 2)) + 1, -7);
  resize.run(x.view, TensorView<float>(got.data() + 1, to), {scratch.data(), scratch.size() - 1},
             2);
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_NEAR(static_cast<double>(got[i + 1]), static_cast<double>(want[i]), 1e-3)
        << tensor::to_text(from) << " to " << height << "x" << width << " at " << i;
  }
  EXPECT_EQ(got.front(), -7);
  EXPECT_EQ(got.back(), -7);
  EXPECT_EQ(scratch.back(), -7);
}

TEST(Resize, AgreesWithTheReference) {
  for (const DType dtype : {DType::kU8, DType::kF32}) {
    for (const bool antialias : {false, true}) {
      expect_resizes(dtype, {2, 37, 53, 3}, 16, 16, antialias);
      expect_resizes(dtype, {1, 16, 9, 3}, 40, 31, antialias);
      expect_resizes(dtype, {1, 5, 7, 1}, 5, 7, antialias);
      expect_resizes(dtype, {1, 1, 1, 4}, 3, 2, antialias);
      expect_resizes(dtype, {1, 64, 3, 2}, 1, 1, antialias);
      expect_resizes(dtype, {0, 4, 4, 3}, 2, 2, antialias);
    }
  }
}

TEST(Normalise, AgreesWithTheReference) {
  for (const DType dtype : {DType::kU8, DType::kF32}) {
    for (const Dims& shape : {Dims{2, 7, 13, 3}, Dims{1, 1, 700, 3}, Dims{3, 5, 4, 1},
                              Dims{1, 2, 3, 5}, Dims{0, 2, 2, 3}, Dims{1, 300, 40, 3}}) {
      const Pictures x(dtype, shape, 0);
      const std::vector<double> mean{0.485, 0.456, 0.406, 0.1, 0.2};
      const std::vector<double> deviation{0.229, 0.224, 0.225, 1, 2};
      const auto channels = static_cast<std::size_t>(shape[3]);
      const Normalisation how{1.0 / 255, {mean.data(), channels}, {deviation.data(), channels}};
      const Dims to{shape[0], shape[3], shape[1], shape[2]};
      const auto count = static_cast<std::size_t>(*tensor::element_count(to));
      std::vector<float> want(count), got(count + 2, -7);
      normalise_reference(x.view, how, tensor::dense_view(want.data(), {DType::kF32, to}));
      normalise(x.view, how.factor, how.mean, how.deviation, TensorView<float>(got.data() + 1, to),
                2);
      for (std::size_t i = 0; i < count; ++i)
        ASSERT_NEAR(static_cast<double>(got[i + 1]), static_cast<double>(want[i]), 2e-6) << i;
      EXPECT_EQ(got.front(), -7);
      EXPECT_EQ(got.back(), -7);
    }
  }
}

TEST(PictureDeathTest, OtherSizesAreABug) {
  const Pictures x(DType::kU8, {1, 4, 4, 3}, 0);
  std::vector<float> y(48), scratch(100);
  const Resize resize({5, 4}, {2, 2}, true);
  EXPECT_DEATH(resize.run(x.view, TensorView<float>(y.data(), {1, 2, 2, 3}), scratch, 1), "size");
  const std::vector<double> two{1, 1};
  EXPECT_DEATH(normalise(x.view, 1, two, two, TensorView<float>(y.data(), {1, 3, 4, 4}), 1),
               "each channel");
}

}  // namespace
}  // namespace assay::kernels
