// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/flash_attention.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/attention.h"

namespace assay::kernels {
namespace {

using tensor::Dims;
using tensor::DType;
using tensor::TensorView;

struct Problem {
  std::int64_t batch, heads, kv_heads, queries, keys, head_dim;
  bool causal = false;
  std::vector<std::int32_t> lengths = {};
  std::vector<std::int32_t> past = {};
  std::vector<std::int32_t> counts = {};
};

/// Every query by itself, through the reference's row.
std::vector<double> attention_exactly(const Problem& p, TensorView<const float> q,
                                      const tensor::ConstAnyView& k, const tensor::ConstAnyView& v,
                                      double scale) {
  const auto of = [](const std::vector<std::int32_t>& values, std::int64_t b, std::int64_t other) {
    return values.empty() ? other : std::int64_t{values[static_cast<std::size_t>(b)]};
  };
  std::vector<double> want;
  for (std::int64_t i = 0; i < p.batch * p.heads * p.queries; ++i) {
    const std::int64_t b = i / (p.heads * p.queries), h = i / p.queries % p.heads;
    const std::int64_t t = i % p.queries;
    std::int64_t seen = std::min(of(p.lengths, b, p.keys), p.keys);
    if (p.causal) seen = std::min(seen, of(p.past, b, 0) + t + 1);
    if (t >= of(p.counts, b, p.queries)) seen = 0;
    std::vector<double> query, keys, values;
    const std::int64_t head = (b * p.kv_heads + h / (p.heads / p.kv_heads)) * p.keys;
    for (std::int64_t d = 0; d < p.head_dim; ++d)
      query.push_back(static_cast<double>(q.at(b, h, t, d)));
    for (std::int64_t j = head * p.head_dim; j < (head + seen) * p.head_dim; ++j) {
      keys.push_back(tensor::load_element(k, j));
      values.push_back(tensor::load_element(v, j));
    }
    const std::vector<double> row = attend(AttentionRow{query, keys, values, seen, scale});
    want.insert(want.end(), row.begin(), row.end());
  }
  return want;
}

void expect_agreement(const Problem& p, DType dtype, int threads) {
  SCOPED_TRACE(format("b={} h={}/{} t={} s={} d={} causal={} {} threads={}", p.batch, p.heads,
                      p.kv_heads, p.queries, p.keys, p.head_dim, p.causal, tensor::to_text(dtype),
                      threads));
  Random random(4);
  const Dims q_shape{p.batch, p.heads, p.queries, p.head_dim};
  const Dims k_shape{p.batch, p.kv_heads, p.keys, p.head_dim};
  // q and y lie as [B, T, H, D] does, with a gap after each token.
  const std::int64_t token = p.heads * p.head_dim + 5;
  const Dims q_strides{p.queries * token, p.head_dim, token, 1};
  std::vector<float> q(static_cast<std::size_t>(p.batch * p.queries * token));
  for (float& value : q)
    value = static_cast<float>(random.uniform() * 2 - 1);
  const auto count = static_cast<std::size_t>(*tensor::element_count(k_shape));
  std::vector<std::byte> k(count * 4), v(count * 4);
  const tensor::AnyView k_view = tensor::dense_view(k.data(), {dtype, k_shape});
  const tensor::AnyView v_view = tensor::dense_view(v.data(), {dtype, k_shape});
  for (std::size_t i = 0; i < count; ++i) {
    tensor::store_element(k_view, static_cast<std::int64_t>(i), random.uniform() * 2 - 1);
    tensor::store_element(v_view, static_cast<std::int64_t>(i), random.uniform() * 2 - 1);
  }
  const TensorView<const float> q_view(q.data(), q_shape, q_strides);
  const std::vector<double> want = attention_exactly(p, q_view, k_view, v_view, 0.25);
  std::vector<float> memory(q.size() + 2, -7);
  const TensorView<float> y(memory.data() + 1, q_shape, q_strides);
  const auto pointer = [](const auto& values) { return values.empty() ? nullptr : values.data(); };
  const std::int64_t floats = flash_attention_scratch(p.queries, p.keys, p.head_dim, threads);
  std::vector<float> scratch(static_cast<std::size_t>(floats), std::nanf(""));
  flash_attention({.q = q_view,
                   .k = k_view,
                   .v = v_view,
                   .lengths = pointer(p.lengths),
                   .past = pointer(p.past),
                   .counts = pointer(p.counts)},
                  {.scale = 0.25F, .causal = p.causal, .threads = threads}, y, scratch);
  for (std::size_t i = 0; i < want.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const std::int64_t d = at % p.head_dim, t = at / p.head_dim % p.queries;
    const std::int64_t head = at / p.head_dim / p.queries;
    ASSERT_NEAR(static_cast<double>(y.at(head / p.heads, head % p.heads, t, d)), want[i], 3e-6)
        << i;
  }
  EXPECT_EQ(std::count(memory.begin(), memory.end(), -7.0F), 2 + p.batch * p.queries * 5);
}

TEST(FlashAttention, EveryFormAgreesWithTheReference) {
  const std::vector<Problem> problems{{2, 4, 4, 70, 70, 32, true},
                                      {2, 6, 2, 65, 90, 24, false, {90, 17}},
                                      {2, 6, 3, 3, 40, 16, false, {0, 40}},
                                      {2, 8, 2, 1, 300, 64, false, {299, 1}},
                                      {3, 12, 1, 1, 50, 20, true, {}, {0, 49, 20}, {1, 1, 0}},
                                      {2, 4, 2, 5, 64, 16, true, {}, {10, 0}, {5, 3}},
                                      {2, 4, 2, 2, 64, 16, true, {}, {10, 62}, {0, 2}},
                                      {1, 2, 2, 130, 600, 64, true, {}, {470}, {130}},
                                      {1, 1, 1, 200, 257, 107, true},
                                      {0, 2, 1, 3, 4, 8},
                                      {1, 2, 1, 0, 4, 8},
                                      {1, 2, 1, 9, 0, 8},
                                      {1, 3, 1, 7, 9, 1, true}};
  for (const Problem& problem : problems) {
    for (const DType dtype : {DType::kF32, DType::kF16}) {
      for (const int threads : {1, 2})
        expect_agreement(problem, dtype, threads);
    }
  }
}

TEST(FlashAttention, RandomFormsAgreeWithTheReference) {
  Random random(8);
  const auto upto = [&](std::uint64_t bound) {
    return static_cast<std::int64_t>(random.below(bound)) + 1;
  };
  for (int draw = 0; draw < 40; ++draw) {
    Problem p{upto(3), 0, upto(3), upto(80), upto(120), upto(70), random.coin()};
    p.heads = p.kv_heads * upto(4);
    for (std::int64_t b = 0; b < p.batch; ++b) {
      p.past.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(p.keys))));
      p.lengths.push_back(static_cast<std::int32_t>(upto(static_cast<std::uint64_t>(p.keys))));
      p.counts.push_back(static_cast<std::int32_t>(upto(static_cast<std::uint64_t>(p.queries))));
    }
    expect_agreement(p, random.coin() ? DType::kF32 : DType::kF16, static_cast<int>(upto(2)));
  }
}

TEST(FlashAttentionDeathTest, WhatDoesNotFitIsABug) {
  std::vector<float> x(64), scratch(100'000);
  const TensorView<float> q(x.data(), {1, 3, 2, 4});
  const auto k = tensor::dense_view(std::as_const(x).data(), {DType::kF32, {1, 2, 2, 4}});
  EXPECT_DEATH(flash_attention({.q = q, .k = k, .v = k}, {}, q, scratch), "evenly");
  const TensorView<float> two(x.data(), {1, 2, 2, 4});
  EXPECT_DEATH(flash_attention({.q = two, .k = k, .v = k}, {}, two, {}), "scratch it asked for");
}

}  // namespace
}  // namespace assay::kernels
