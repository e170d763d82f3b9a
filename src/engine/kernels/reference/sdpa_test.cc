// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/sdpa.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

namespace assay::kernels {
namespace {

using tensor::TensorView;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(ReferenceSdpa, AveragesByHand) {
  const std::array<float, 2> q{0, 1};
  const std::array<float, 4> k{5, 0, -3, std::log(3.0F)};
  const std::array<float, 4> v{1, 10, 2, 20};
  std::array<double, 2> out{};
  const SdpaInputs inputs{
      {q.data(), {1, 1, 1, 2}}, {k.data(), {1, 1, 2, 2}}, {v.data(), {1, 1, 2, 2}}};
  sdpa_reference(inputs, {.scale = 1}, TensorView<double>(out.data(), {1, 1, 1, 2}));
  // Scores 0 and ln 3: weights 1/4 and 3/4.
  EXPECT_THAT(out, ElementsAre(DoubleNear(1.75, 1e-7), DoubleNear(17.5, 1e-6)));
  sdpa_reference(inputs, {.scale = 0}, TensorView<double>(out.data(), {1, 1, 1, 2}));
  EXPECT_THAT(out, ElementsAre(1.5, 15));
  sdpa_reference(inputs, {.scale = 1, .causal = true},
                 TensorView<double>(out.data(), {1, 1, 1, 2}));
  EXPECT_THAT(out, ElementsAre(1, 10)) << "query 0 sees key 0 only";
}

TEST(ReferenceSdpa, LargeScoresDoNotOverflow) {
  const std::array<float, 1> q{1000};
  const std::array<float, 2> k{1000, 999};
  const std::array<float, 2> v{1, 2};
  double out = 0;
  sdpa_reference({{q.data(), {1, 1, 1, 1}}, {k.data(), {1, 1, 2, 1}}, {v.data(), {1, 1, 2, 1}}},
                 {.scale = 1}, TensorView<double>(&out, {1, 1, 1, 1}));
  EXPECT_EQ(out, 1.0);
}

TEST(ReferenceSdpa, WithoutKeysTheAnswerIsZero) {
  const std::array<float, 2> q{1, 1};
  std::array<double, 2> out{-1, -1};
  sdpa_reference({{q.data(), {1, 1, 1, 2}}, {nullptr, {1, 1, 0, 2}}, {nullptr, {1, 1, 0, 2}}},
                 {.scale = 1}, TensorView<double>(out.data(), {1, 1, 1, 2}));
  EXPECT_THAT(out, ElementsAre(0, 0));
}

}  // namespace
}  // namespace assay::kernels
