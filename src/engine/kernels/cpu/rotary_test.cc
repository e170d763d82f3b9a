// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/rotary.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace assay::kernels {
namespace {

using tensor::TensorView;

void expect_agreement(std::int64_t heads, std::int64_t dim, Pairing pairing, int threads) {
  const std::int64_t batch = 2, tokens = 3, stride = dim + 2;
  Random random(7);
  std::vector<float> x(static_cast<std::size_t>(batch * tokens * heads * stride));
  for (float& value : x)
    value = static_cast<float>(random.uniform() * 2 - 1);
  const std::vector<std::int32_t> positions{0, 1, 7, 2048, 100'000, -3};
  std::vector<float> frequencies;
  for (std::int64_t i = 0; i < dim / 2; ++i)
    frequencies.push_back(static_cast<float>(
        std::pow(10'000.0, -2.0 * static_cast<double>(i) / static_cast<double>(dim))));
  const tensor::Dims shape{batch, tokens, heads, dim};
  const tensor::Dims strides{tokens * heads * stride, heads * stride, stride, 1};
  std::vector<float> memory(x.size() + 2, -7);
  const TensorView<const float> from(x.data(), shape, strides);
  const TensorView<float> to(memory.data() + 1, shape, strides);
  rotary(from, {positions.data(), {batch, tokens}}, {frequencies.data(), {dim / 2}}, pairing, to,
         threads);
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t t = 0; t < tokens; ++t) {
      const double position = positions[static_cast<std::size_t>(b * tokens + t)];
      for (std::int64_t i = 0; i < dim / 2; ++i) {
        const double angle =
            position * static_cast<double>(frequencies[static_cast<std::size_t>(i)]);
        const std::int64_t low = pairing == Pairing::kHalves ? i : 2 * i;
        const std::int64_t high = pairing == Pairing::kHalves ? i + dim / 2 : 2 * i + 1;
        for (std::int64_t h = 0; h < heads; ++h) {
          const auto a = static_cast<double>(from.at(b, t, h, low));
          const auto c = static_cast<double>(from.at(b, t, h, high));
          ASSERT_NEAR(static_cast<double>(to.at(b, t, h, low)),
                      a * std::cos(angle) - c * std::sin(angle), 3e-7);
          ASSERT_NEAR(static_cast<double>(to.at(b, t, h, high)),
                      c * std::cos(angle) + a * std::sin(angle), 3e-7);
        }
      }
    }
  }
  EXPECT_EQ(std::count(memory.begin(), memory.end(), -7.0F), 2 + batch * tokens * heads * 2);
}

TEST(Rotary, AgreesWithTheFormula) {
  for (const Pairing pairing : {Pairing::kHalves, Pairing::kNeighbours}) {
    for (const std::int64_t dim : {2, 4, 6, 34, 64, 128, 1200}) {
      expect_agreement(1, dim, pairing, 1);
      expect_agreement(3, dim, pairing, 2);
    }
  }
}

TEST(Rotary, MayOverwriteItsInput) {
  std::vector<float> x{1, 0};
  const std::int32_t position = 1;
  const float frequency = 1.5707963F;
  const TensorView<float> view(x.data(), {1, 1, 1, 2});
  rotary(view, {&position, {1, 1}}, {&frequency, {1}}, Pairing::kHalves, view, 1);
  EXPECT_NEAR(static_cast<double>(x[0]), 0, 1e-6);
  EXPECT_NEAR(static_cast<double>(x[1]), 1, 1e-6);
}

TEST(Pairing, NamesParseBack) {
  EXPECT_EQ(parse_pairing("halves"), Pairing::kHalves);
  EXPECT_EQ(parse_pairing("neighbours"), Pairing::kNeighbours);
  EXPECT_EQ(parse_pairing("thirds"), std::nullopt);
}

}  // namespace
}  // namespace assay::kernels
