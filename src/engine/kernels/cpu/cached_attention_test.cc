// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/cached_attention.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/attention.h"
#include "engine/kernels/reference/cached_attention.h"

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

tensor::ConstAnyView any(const std::vector<float>& values, const Dims& shape) {
  return tensor::dense_view(values.data(), {DType::kF32, shape});
}

void expect_near(const std::vector<float>& got, const std::vector<float>& want) {
  for (std::size_t i = 0; i < want.size(); ++i)
    ASSERT_NEAR(static_cast<double>(got[i]), static_cast<double>(want[i]), 3e-6) << i;
}

TEST(AttentionOfGraphs, AgreesWithTheReference) {
  const Dims q_shape{2, 30, 6, 20}, k_shape{2, 45, 3, 20};
  const std::vector<float> q = numbers(7200, 1), k = numbers(5400, 2), v = numbers(5400, 3);
  const std::vector<std::int32_t> lengths{45, 7};
  for (const bool causal : {false, true}) {
    for (const bool has_lengths : {false, true}) {
      std::vector<float> want(q.size()), got(q.size());
      AttentionInputs inputs{any(q, q_shape), any(k, k_shape), any(v, k_shape), {}};
      if (has_lengths) inputs.lengths = tensor::dense_view(lengths.data(), {DType::kI32, {2}});
      attention_reference(inputs, {.scale = 0.3, .causal = causal},
                          tensor::dense_view(want.data(), {DType::kF32, q_shape}));
      std::vector<float> scratch(static_cast<std::size_t>(flash_attention_scratch(30, 45, 20, 2)));
      attention({q.data(), q_shape}, {k.data(), k_shape}, {v.data(), k_shape},
                has_lengths ? lengths.data() : nullptr,
                {.scale = 0.3F, .causal = causal, .threads = 2}, {got.data(), q_shape}, scratch);
      expect_near(got, want);
    }
  }
}

/// Two caches, ours and the reference's, fed with the same steps.
class Decoding {
 public:
  Decoding(DType dtype, const Dims& cache) : cache_(cache), type_{dtype, cache} {
    const auto bytes =
        static_cast<std::size_t>(*tensor::element_count(cache) * tensor::size_of(dtype));
    for (auto* memory : {&keys_, &values_, &want_keys_, &want_values_})
      memory->resize(bytes, std::byte{0});
  }

  void step(std::int64_t tokens, std::int64_t heads, const std::vector<std::int32_t>& past,
            const std::vector<std::int32_t>& counts, std::uint64_t seed) {
    const std::int64_t batch = cache_[0], dim = cache_[3];
    const Dims q_shape{batch, tokens, heads, dim}, k_shape{batch, tokens, cache_[1], dim};
    const std::vector<float> q = numbers(*tensor::element_count(q_shape), seed);
    const std::vector<float> k = numbers(*tensor::element_count(k_shape), seed + 1);
    const std::vector<float> v = numbers(*tensor::element_count(k_shape), seed + 2);
    std::vector<float> got(q.size(), -1), want(q.size(), -2);
    const Dims entries{batch};
    const auto expected =
        cached_attention_reference({any(q, q_shape), any(k, k_shape), any(v, k_shape),
                                    tensor::dense_view(past.data(), {DType::kI32, entries}),
                                    tensor::dense_view(counts.data(), {DType::kI32, entries})},
                                   0.3,
                                   {tensor::dense_view(want_keys_.data(), type_),
                                    tensor::dense_view(want_values_.data(), type_)},
                                   tensor::dense_view(want.data(), {DType::kF32, q_shape}));
    std::vector<float> scratch(
        static_cast<std::size_t>(flash_attention_scratch(tokens, cache_[2], dim, 2)));
    const auto done = cached_attention(
        {{q.data(), q_shape}, {k.data(), k_shape}, {v.data(), k_shape}, past.data(), counts.data()},
        tensor::dense_view(keys_.data(), type_), tensor::dense_view(values_.data(), type_),
        {.scale = 0.3F, .threads = 2}, {got.data(), q_shape}, scratch);
    ASSERT_EQ(done.has_value(), expected.has_value());
    EXPECT_EQ(keys_, want_keys_);
    EXPECT_EQ(values_, want_values_);
    if (done) expect_near(got, want);
  }

 private:
  Dims cache_;
  tensor::TensorType type_;
  std::vector<std::byte> keys_, values_, want_keys_, want_values_;
};

TEST(CachedAttention, PrefillThenDecodeAgreesWithTheReference) {
  for (const DType dtype : {DType::kF32, DType::kF16}) {
    Decoding decoding(dtype, {3, 2, 90, 24});
    decoding.step(70, 4, {0, 0, 0}, {70, 0, 33}, 1);
    decoding.step(1, 4, {70, 0, 33}, {1, 1, 1}, 2);
    decoding.step(1, 4, {71, 1, 34}, {1, 0, 1}, 3);
    decoding.step(3, 4, {72, 1, 35}, {3, 2, 1}, 4);
    decoding.step(6, 4, {75, 3, 36}, {6, 6, 0}, 5);
  }
}

TEST(CachedAttention, WhatDoesNotFitIsAnErrorAndChangesNothing) {
  Decoding decoding(DType::kF32, {2, 1, 8, 4});
  decoding.step(2, 1, {7, 0}, {2, 1}, 1);
  decoding.step(2, 1, {0, -1}, {2, 1}, 1);
  decoding.step(2, 1, {0, 0}, {2, 3}, 1);
  decoding.step(2, 1, {0, 0}, {-1, 1}, 1);
  decoding.step(2, 1, {6, 2147483647}, {2, 1}, 1);
}

TEST(CachedAttention, SaysWhichEntryDoesNotFit) {
  std::vector<float> x(64);
  const std::vector<std::int32_t> past{3, 6}, counts{1, 3};
  const TensorView<const float> view(x.data(), {2, 3, 1, 4});
  std::vector<float> keys(64), values(64), scratch(100'000);
  const auto cache = [](auto& memory) {
    return tensor::dense_view(memory.data(), {DType::kF32, {2, 1, 8, 4}});
  };
  const auto done = cached_attention({view, view, view, past.data(), counts.data()}, cache(keys),
                                     cache(values), {}, {x.data(), {2, 3, 1, 4}}, scratch);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().message(),
            "entry 1 holds 6 tokens and gets 3 more: its cache has room for 8");
}

}  // namespace
}  // namespace assay::kernels
