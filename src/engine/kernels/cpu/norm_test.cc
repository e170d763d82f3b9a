// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/norm.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace assay::kernels {
namespace {

using tensor::TensorView;

constexpr float kCanary = -12345.0F;

struct Problem {
  std::int64_t rows, size, pad;
  double mean;  ///< Of the input, whose deviation is about 0.6.
};

/// Both norms against the formula in double precision.
void expect_agreement(const Problem& p, int threads) {
  Random random(3);
  const std::int64_t stride = p.size + p.pad;
  std::vector<float> x(static_cast<std::size_t>(p.rows * stride)), weight, bias;
  for (float& value : x)
    value = static_cast<float>(random.uniform() * 2 - 1 + p.mean);
  for (std::int64_t i = 0; i < p.size; ++i) {
    weight.push_back(static_cast<float>(random.uniform()));
    bias.push_back(static_cast<float>(random.uniform()));
  }
  const TensorView<const float> from(x.data(), {p.rows, p.size}, {stride, 1});
  for (const bool is_rms : {false, true}) {
    for (const auto& [has_weight, has_bias] :
         {std::pair(true, false), {true, true}, {false, false}}) {
      std::vector<float> y(x.size() + 2, kCanary);
      const TensorView<float> to(y.data() + 1, from.shape(), from.strides());
      if (is_rms) {
        rms_norm(from, has_weight ? weight.data() : nullptr, 1e-5, to, threads);
      } else {
        layer_norm(from, has_weight ? weight.data() : nullptr, has_bias ? bias.data() : nullptr,
                   1e-5, to, threads);
      }
      for (std::int64_t i = 0; i < p.rows; ++i) {
        double mean = 0, square = 0;
        for (std::int64_t j = 0; j < p.size; ++j)
          mean += is_rms ? 0 : static_cast<double>(from.at(i, j)) / static_cast<double>(p.size);
        for (std::int64_t j = 0; j < p.size; ++j)
          square += std::pow(static_cast<double>(from.at(i, j)) - mean, 2);
        const double scale = 1 / std::sqrt(square / static_cast<double>(p.size) + 1e-5);
        for (std::int64_t j = 0; j < p.size; ++j) {
          const auto at = static_cast<std::size_t>(j);
          double want = (static_cast<double>(from.at(i, j)) - mean) * scale;
          if (has_weight) want *= static_cast<double>(weight[at]);
          if (has_bias && !is_rms) want += static_cast<double>(bias[at]);
          ASSERT_NEAR(static_cast<double>(to.at(i, j)), want, 1e-5 * (1 + std::abs(p.mean) / 10))
              << p.rows << " x " << p.size << " rms " << is_rms;
        }
      }
      EXPECT_EQ(std::count(y.begin(), y.end(), kCanary), 2 + p.rows * p.pad);
    }
  }
}

TEST(Norm, AgreesWithTheFormula) {
  for (const int threads : {1, 2}) {
    for (const std::int64_t size : {1, 2, 7, 8, 16, 17, 31, 64, 384, 768, 1000})
      expect_agreement({5, size, 0, 0.0}, threads);
    expect_agreement({1, 768, 5, 0.3}, threads);
    expect_agreement({100, 130, 3, -2}, threads);
    expect_agreement({0, 16, 0, 0}, threads);
  }
}

TEST(Norm, ALargeMeanDoesNotDrownTheVariance) {
  expect_agreement({3, 768, 0, 1000}, 1);
}

TEST(Norm, MayOverwriteItsInputAndLetsNaNThrough) {
  std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8, std::nanf("")}, weight(3, 1.0F);
  const TensorView<float> view(x.data(), {3, 3});
  layer_norm(view, weight.data(), nullptr, 0, view, 1);
  EXPECT_NEAR(static_cast<double>(x[0]), -std::sqrt(1.5), 1e-6);
  EXPECT_NEAR(static_cast<double>(x[5]), std::sqrt(1.5), 1e-6);
  EXPECT_TRUE(std::isnan(x[6]));
}

}  // namespace
}  // namespace assay::kernels
