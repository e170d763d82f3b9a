// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/rotary.h"

#include <gmock/gmock.h>

#include <numbers>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

/// One token of two heads at position 3; pair 0 turns by 90 degrees, pair 1 by 180.
std::vector<double> turned(RotaryPairing pairing) {
  const HostTensor x = tensor_of({DType::kF32, {1, 1, 2, 4}}, {1, 2, 3, 4, 5, 6, 7, 8});
  const HostTensor positions = tensor_of({DType::kI32, {1, 1}}, {3});
  const HostTensor frequencies =
      tensor_of({DType::kF32, {2}}, {std::numbers::pi / 6, std::numbers::pi / 3});
  return result_of({DType::kF32, {1, 1, 2, 4}}, [&](AnyView y) {
    rotary_reference(x.view(), positions.view(), frequencies.view(), pairing, y);
  });
}

TEST(RotaryReference, TurnsPairs) {
  const auto near = [](double value) { return DoubleNear(value, 2e-6); };
  EXPECT_THAT(
      turned(RotaryPairing::kHalves),  // Pairs (1, 3), (2, 4), (5, 7), (6, 8).
      ElementsAre(near(-3), near(-2), near(1), near(-4), near(-7), near(-6), near(5), near(-8)));
  EXPECT_THAT(
      turned(RotaryPairing::kNeighbours),  // Pairs (1, 2), (3, 4), (5, 6), (7, 8).
      ElementsAre(near(-2), near(1), near(-3), near(-4), near(-6), near(5), near(-7), near(-8)));
}

TEST(RotaryReference, EachTokenHasItsPosition) {
  const HostTensor x = tensor_of({DType::kF32, {1, 2, 1, 2}}, {1, 0, 1, 0});
  const HostTensor positions = tensor_of({DType::kI32, {1, 2}}, {0, 1});
  const HostTensor frequencies = tensor_of({DType::kF32, {1}}, {std::numbers::pi / 2});
  EXPECT_THAT(result_of({DType::kF32, {1, 2, 1, 2}},
                        [&](AnyView y) {
                          rotary_reference(x.view(), positions.view(), frequencies.view(),
                                           RotaryPairing::kHalves, y);
                        }),
              ElementsAre(1, 0, DoubleNear(0, 1e-7), 1));
}

}  // namespace
}  // namespace assay::kernels
