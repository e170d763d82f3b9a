// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/sdpa_vector.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace assay::kernels {
namespace {

using tensor::TensorView;

TEST(Exp2, StaysWithinItsErrorBound) {
  std::vector<float> x;
  for (int i = 0; i <= 252'000; ++i)
    x.push_back(static_cast<float>(-126 + i * 0.0005));
  std::vector<float> y = x;
  exp2_all(y);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double want = std::exp2(static_cast<double>(x[i]));
    worst = std::max(worst, std::abs(static_cast<double>(y[i]) / want - 1));
  }
  EXPECT_LT(worst, 3e-7);
  EXPECT_GT(worst, 1e-9) << "a float cannot be that exact: the test compares a number with itself";
}

TEST(Exp2, VanishesBelowItsRangeAndKeepsNaN) {
  std::vector<float> y{-127, -1000, -1e30F, -HUGE_VALF, std::nanf("")};
  exp2_all(y);
  for (std::size_t i = 0; i + 1 < y.size(); ++i) {
    EXPECT_GE(y[i], 0) << i;
    EXPECT_LE(y[i], std::ldexp(1.0F, -125)) << i;
  }
  EXPECT_TRUE(std::isnan(y.back()));
}

TEST(SoftmaxRow, WeighsWhatIsSeenAndHidesTheRest) {
  for (const std::int64_t size : {1, 7, 8, 9, 40, 257}) {
    for (const std::int64_t seen : {std::int64_t{0}, std::int64_t{1}, size / 2, size}) {
      std::vector<float> row(static_cast<std::size_t>(size) + 1, 77.0F);
      for (std::int64_t j = 0; j < size; ++j) {
        row[static_cast<std::size_t>(j)] = static_cast<float>(j % 13) - 5;
      }
      const std::vector<float> scores = row;
      double total = 0;
      for (std::int64_t j = 0; j < seen; ++j) {
        total += std::exp2(static_cast<double>(scores[static_cast<std::size_t>(j)]));
      }
      softmax_row({row.data(), static_cast<std::size_t>(size)}, seen);
      for (std::int64_t j = 0; j < size; ++j) {
        const auto i = static_cast<std::size_t>(j);
        const double want = j < seen ? std::exp2(static_cast<double>(scores[i])) / total : 0;
        EXPECT_NEAR(static_cast<double>(row[i]), want, 1e-6) << size << " " << seen << " " << j;
      }
      EXPECT_EQ(row.back(), 77.0F) << "wrote behind the row";
    }
  }
}

TEST(Pack, PanelsHoldEveryElementOnceAndZeros) {
  const std::int64_t width = panel_width();
  const std::int64_t seq = width + 3;
  const std::int64_t dim = 5;
  std::vector<float> matrix(static_cast<std::size_t>(seq * dim));
  std::iota(matrix.begin(), matrix.end(), 1.0F);
  const TensorView<const float> view(matrix.data(), {seq, dim});

  std::vector<float> keys(static_cast<std::size_t>(packed_keys_size(seq, dim)), -1);
  pack_keys(view, keys.data());
  std::vector<float> values(static_cast<std::size_t>(packed_values_size(seq, dim)), -1);
  pack_values(view, values.data());
  for (std::int64_t j = 0; j < seq; ++j) {
    for (std::int64_t d = 0; d < dim; ++d) {
      const std::int64_t key_at = j / width * width * dim + d * width + j % width;
      EXPECT_EQ(keys[static_cast<std::size_t>(key_at)], view.at(j, d));
      EXPECT_EQ(values[static_cast<std::size_t>(j * width + d)], view.at(j, d));
    }
  }
  const double sum = std::accumulate(matrix.begin(), matrix.end(), 0.0);
  EXPECT_EQ(std::accumulate(keys.begin(), keys.end(), 0.0), sum) << "the rest is zero";
  EXPECT_EQ(std::accumulate(values.begin(), values.end(), 0.0), sum) << "the rest is zero";
}

TEST(Attend, OneBlockByHand) {
  // Equal scores: the average of the values.
  const std::vector<float> k(5 * 3, 0.0F);
  std::vector<float> v(5 * 3);
  std::iota(v.begin(), v.end(), 0.0F);
  std::vector<float> packed_k(static_cast<std::size_t>(packed_keys_size(5, 3)));
  std::vector<float> packed_v(static_cast<std::size_t>(packed_values_size(5, 3)));
  pack_keys({k.data(), {5, 3}}, packed_k.data());
  pack_values({v.data(), {5, 3}}, packed_v.data());
  std::vector<float> scratch(static_cast<std::size_t>(attend_scratch_size(3)), std::nanf(""));
  const std::vector<float> q{1, 2, 3};
  std::vector<float> out(3);
  attend({.queries = {q.data(), {1, 3}},
          .packed_keys = packed_k.data(),
          .packed_values = packed_v.data(),
          .seq_k = 5,
          .options = {},
          .out = {out.data(), {1, 3}}},
         scratch.data());
  EXPECT_THAT(out, ::testing::Pointwise(::testing::FloatNear(1e-5F), {6.0F, 7.0F, 8.0F}));
}

}  // namespace
}  // namespace assay::kernels
