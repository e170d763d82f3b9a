// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/picture.h"

#include <gmock/gmock.h>

#include <array>
#include <numeric>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

std::vector<double> resized_row(const std::vector<double>& row, std::int64_t width,
                                bool antialias) {
  const HostTensor x = tensor_of({DType::kU8, {1, 1, std::ssize(row), 1}}, row);
  return result_of({DType::kF32, {1, 1, width, 1}},
                   [&](AnyView y) { resize_reference(x.view(), antialias, y); });
}

TEST(ResizeReference, GrowsBetweenHalfPixelCentres) {
  EXPECT_THAT(resized_row({0, 100}, 4, true), ElementsAre(0, 25, 75, 100));
  EXPECT_THAT(resized_row({0, 100}, 4, false), ElementsAre(0, 25, 75, 100));
  EXPECT_THAT(resized_row({8}, 3, true), ElementsAre(8, 8, 8));
}

TEST(ResizeReference, ShrinksWithATriangleAsWideAsTheFactor) {
  // Factor 2, centre 2: pixels 0 to 3 at distances 1.5, 0.5, 0.5, 1.5 of 2, so weights 1, 3, 3, 1
  // of 8; at the left edge, centre 1, pixel -1 is missing: weights 3, 3, 1 of 7.
  EXPECT_THAT(resized_row({10, 20, 30, 40, 50, 60}, 3, true),
              ElementsAre(DoubleNear((3 * 10 + 3 * 20 + 30) / 7.0, 1e-5), DoubleNear(35, 1e-5),
                          DoubleNear((40 + 3 * 50 + 3 * 60) / 7.0, 1e-5)));
  EXPECT_THAT(resized_row({10, 20, 30, 40, 50, 60}, 3, false), ElementsAre(15, 35, 55))
      << "two neighbours";
  EXPECT_THAT(resized_row({0, 0, 0, 90, 0, 0, 0, 0, 0}, 3, false), ElementsAre(0, 0, 0))
      << "aliased: the pixel falls between";
}

TEST(ResizeReference, IsTheIdentityAtTheSameSize) {
  EXPECT_THAT(resized_row({1, 5, 200}, 3, true), ElementsAre(1, 5, 200));
}

TEST(ResizeTaps, AlwaysSumToOne) {
  for (const std::int64_t from : {1, 2, 3, 7, 480}) {
    for (const std::int64_t to : {1, 2, 5, 224}) {
      for (const Taps& taps : resize_taps(from, to, true)) {
        const double sum = std::accumulate(taps.weights.begin(), taps.weights.end(), 0.0);
        EXPECT_NEAR(sum, 1, 1e-12) << from << " to " << to;
        EXPECT_GE(taps.first, 0);
        EXPECT_LE(taps.first + std::ssize(taps.weights), from);
      }
    }
  }
}

TEST(ResizeReference, KeepsChannelsAndPicturesApart) {
  const HostTensor x = tensor_of({DType::kF32, {2, 2, 1, 2}}, {1, 10, 3, 30, 5, 50, 7, 70});
  EXPECT_THAT(result_of({DType::kF32, {2, 1, 1, 2}},
                        [&](AnyView y) { resize_reference(x.view(), true, y); }),
              ElementsAre(2, 20, 6, 60));
}

TEST(NormaliseReference, TurnsPixelsIntoPlanes) {
  const HostTensor x = tensor_of({DType::kU8, {1, 2, 1, 3}}, {255, 0, 51, 0, 255, 102});
  const std::array<double, 3> mean{0.5, 0, 0.2};
  const std::array<double, 3> deviation{0.5, 1, 0.1};
  EXPECT_THAT(result_of({DType::kF32, {1, 3, 2, 1}},
                        [&](AnyView y) {
                          normalise_reference(
                              x.view(), {.factor = 1.0 / 255, .mean = mean, .deviation = deviation},
                              y);
                        }),
              ElementsAre(1, -1, 0, 1, DoubleNear(0, 1e-12), DoubleNear(2, 1e-6)));
}

}  // namespace
}  // namespace assay::kernels
