// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/sdpa_vector.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace assay::kernels {
namespace {

using tensor::DType;

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

/// Softmax attention of one head in double precision.
std::vector<double> attend_exactly(const QueryBlock& block) {
  std::vector<double> out;
  const std::int64_t head_dim = block.queries.extent(1);
  for (std::int64_t i = 0; i < block.queries.extent(0); ++i) {
    const std::int64_t seen = block.seen(i);
    std::vector<double> weights;
    double total = 0;
    for (std::int64_t j = 0; j < seen; ++j) {
      double score = 0;
      for (std::int64_t d = 0; d < head_dim; ++d) {
        score += static_cast<double>(block.queries.at(i, d)) *
                 tensor::load_element(block.keys, j * head_dim + d);
      }
      weights.push_back(std::exp(score * static_cast<double>(block.scale)));
      total += weights.back();
    }
    for (std::int64_t d = 0; d < head_dim; ++d) {
      double sum = 0;
      for (std::int64_t j = 0; j < seen; ++j) {
        sum += weights[static_cast<std::size_t>(j)] / total *
               tensor::load_element(block.values, j * head_dim + d);
      }
      out.push_back(sum);
    }
  }
  return out;
}

/// Both kernels on one block, with memory of their own around keys, values, output and scratch.
void expect_attends(QueryBlock block, std::int64_t rows, std::int64_t head_dim, DType dtype) {
  SCOPED_TRACE(format("rows={} dim={} limit={} seen={}+{} {}", rows, head_dim, block.limit,
                      block.seen_first, block.more_per_row, tensor::to_text(dtype)));
  Random random(3);
  const auto number = [&] { return random.uniform() * 2 - 1; };
  std::vector<float> queries(static_cast<std::size_t>(rows * head_dim));
  for (float& value : queries)
    value = static_cast<float>(number());
  const std::int64_t pad = 3 * head_dim;  // Far enough apart that a tile is copied.
  const tensor::TensorType type{dtype, {block.limit, head_dim}};
  std::vector<std::byte> keys(static_cast<std::size_t>(block.limit * (head_dim + pad) * 4));
  std::vector<std::byte> values(keys.size());
  const tensor::AnyView k{keys.data(), type, {head_dim + pad, 1}};
  const tensor::AnyView v{values.data(), type, {head_dim, 1}};
  for (std::int64_t i = 0; i < block.limit * head_dim; ++i) {
    tensor::store_element(k, i, number());
    tensor::store_element(v, i, number());
  }
  block.queries = {queries.data(), {rows, head_dim}};
  block.keys = k;
  block.values = v;
  block.scale = 0.7F;
  const std::vector<double> want = attend_exactly(block);
  for (const bool is_few : {false, true}) {
    if (is_few && rows > kFewRows) continue;
    const std::int64_t floats =
        is_few ? attend_few_scratch_size(block.limit) : attend_scratch_size(head_dim);
    std::vector<float> scratch(static_cast<std::size_t>(floats) + 64, std::nanf(""));
    std::vector<float> out(want.size() + 2, -7);
    block.out = {out.data() + 1, {rows, head_dim}};
    is_few ? attend_few(block, scratch.data()) : attend(block, scratch.data());
    for (std::size_t i = 0; i < want.size(); ++i)
      ASSERT_NEAR(static_cast<double>(out[i + 1]), want[i], 3e-6)
          << (is_few ? "few " : "tile ") << i;
    EXPECT_EQ(out.front(), -7);
    EXPECT_EQ(out.back(), -7);
    for (std::size_t i = static_cast<std::size_t>(floats); i < scratch.size(); ++i)
      EXPECT_TRUE(std::isnan(scratch[i])) << "wrote behind its scratch";
  }
}

TEST(Attend, AgreesWithTheFormula) {
  for (const DType dtype : {DType::kF32, DType::kF16}) {
    for (const std::int64_t rows : {1, 2, 8, 15, 16, 17, 50, 64}) {
      for (const std::int64_t head_dim : {1, 3, 4, 16, 37, 64, 107}) {
        expect_attends({.limit = 300, .seen_first = 300}, rows, head_dim, dtype);
        expect_attends({.limit = 40, .seen_first = 1, .more_per_row = 1}, rows, head_dim, dtype);
      }
    }
    expect_attends({.limit = 700, .seen_first = 250, .more_per_row = 1}, 64, 24, dtype);
    expect_attends({.limit = 5, .seen_first = -3, .more_per_row = 1}, 8, 24, dtype);
    expect_attends({.limit = 0, .seen_first = 0}, 8, 24, dtype);
  }
}

TEST(AttendDeathTest, TooManyRowsAreABug) {
  std::vector<float> memory(70 * 4);
  const QueryBlock block{.queries = {memory.data(), {70, 4}}, .out = {memory.data(), {70, 4}}};
  EXPECT_DEATH(attend(block, nullptr), "at most kBlockRows");
  EXPECT_DEATH(attend_few(block, nullptr), "at most kFewRows");
}

}  // namespace
}  // namespace assay::kernels
