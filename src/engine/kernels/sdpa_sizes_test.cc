// SPDX-License-Identifier: MIT
#include "engine/kernels/sdpa_sizes.h"

#include <gmock/gmock.h>

#include <vector>

namespace assay::kernels {
namespace {

SdpaInputs inputs(const tensor::Dims& q, const tensor::Dims& k, const tensor::Dims& v) {
  return {{nullptr, q}, {nullptr, k}, {nullptr, v}};
}

TEST(SdpaSizes, ReadsTheShapes) {
  const SdpaSizes sizes =
      sdpa_sizes(inputs({2, 3, 5, 107}, {2, 3, 7, 107}, {2, 3, 7, 107}), {2, 3, 5, 107});
  EXPECT_EQ(sizes.batch, 2);
  EXPECT_EQ(sizes.heads, 3);
  EXPECT_EQ(sizes.seq_q, 5);
  EXPECT_EQ(sizes.seq_k, 7);
  EXPECT_EQ(sizes.head_dim, 107);
}

TEST(SdpaSizes, CountsOnlyPairsThatAreSeen) {
  struct Case {
    std::int64_t seq_q;
    std::int64_t seq_k;
  };
  for (const Case& c : {Case{5, 7}, Case{7, 5}, Case{4, 4}, Case{1, 9}, Case{3, 0}}) {
    std::int64_t pairs = 0;
    for (std::int64_t row = 0; row < c.seq_q; ++row)
      pairs += keys_seen(row, c.seq_k, true);
    const SdpaSizes sizes{2, 3, c.seq_q, c.seq_k, 11};
    EXPECT_EQ(sdpa_multiply_adds(sizes, true), static_cast<double>(2 * 6 * pairs * 11));
    EXPECT_EQ(sdpa_multiply_adds(sizes, false),
              static_cast<double>(2 * 6 * c.seq_q * c.seq_k * 11));
  }
}

TEST(SdpaSizes, ToleranceGrowsWithTheSumsAndTheScores) {
  const std::vector<float> ones(8'000, 1.0F);
  const auto tolerance = [&](std::int64_t seq_k, std::int64_t head_dim, float scale) {
    const tensor::TensorView<const float> q(ones.data(), {1, 1, 2, head_dim});
    const tensor::TensorView<const float> k(ones.data(), {1, 1, seq_k, head_dim});
    return sdpa_tolerance({q, k, k}, {.scale = scale}).normalised;
  };
  const double small = tolerance(8, 8, 0.1F);
  EXPECT_GT(tolerance(800, 8, 0.1F), small);
  EXPECT_GT(tolerance(8, 800, 0.1F), small);
  EXPECT_GT(tolerance(8, 8, 10.0F), 2 * small);
  EXPECT_LT(tolerance(40, 128, 0.09F), 1e-4);
}

TEST(SdpaSizesDeathTest, RefusesTensorsThatDoNotFit) {
  const tensor::Dims q{2, 3, 5, 8};
  EXPECT_DEATH(sdpa_sizes(inputs(q, {2, 3, 7, 9}, {2, 3, 7, 9}), q), "one head_dim");
  EXPECT_DEATH(sdpa_sizes(inputs(q, {2, 3, 7, 8}, {2, 3, 6, 8}), q), "k and v have one shape");
  EXPECT_DEATH(sdpa_sizes(inputs(q, {2, 3, 7, 8}, {2, 3, 7, 8}), {2, 3, 7, 8}), "shape of q");
}

}  // namespace
}  // namespace assay::kernels
