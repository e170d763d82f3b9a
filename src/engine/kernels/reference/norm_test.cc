// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/norm.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(LayerNormReference, ByHand) {
  // Row 1, 3: mean 2, variance 1, and with epsilon 3 a deviation of 2. Row 4, 4: all mean.
  const HostTensor x = tensor_of({DType::kF32, {2, 2}}, {1, 3, 4, 4});
  const HostTensor weight = tensor_of({DType::kF32, {2}}, {10, 100});
  const HostTensor bias = tensor_of({DType::kF32, {2}}, {1, 2});
  const auto norm = [&](ConstAnyView w, ConstAnyView b) {
    return result_of({DType::kF32, {2, 2}},
                     [&](AnyView y) { layer_norm_reference(x.view(), w, b, 3, y); });
  };
  EXPECT_THAT(norm({}, {}), ElementsAre(-0.5, 0.5, 0, 0));
  EXPECT_THAT(norm(weight.view(), {}), ElementsAre(-5, 50, 0, 0));
  EXPECT_THAT(norm({}, bias.view()), ElementsAre(0.5, 2.5, 1, 2));
  EXPECT_THAT(norm(weight.view(), bias.view()), ElementsAre(-4, 52, 1, 2));
}

TEST(LayerNormReference, KeepsAMeanThatIsLargeAgainstTheDeviation) {
  const HostTensor x = tensor_of({DType::kF32, {1, 2}}, {1e6, 1e6 + 1});
  EXPECT_THAT(result_of({DType::kF32, {1, 2}},
                        [&](AnyView y) { layer_norm_reference(x.view(), {}, {}, 1e-12, y); }),
              ElementsAre(DoubleNear(-1, 1e-6), DoubleNear(1, 1e-6)));
}

TEST(RmsNormReference, ByHand) {
  // Row 3, 5: mean square 17, and with epsilon 8 a size of 5.
  const HostTensor x = tensor_of({DType::kF32, {1, 2}}, {3, 5});
  const HostTensor weight = tensor_of({DType::kF32, {2}}, {10, 100});
  EXPECT_THAT(
      result_of({DType::kF32, {1, 2}}, [&](AnyView y) { rms_norm_reference(x.view(), {}, 8, y); }),
      ElementsAre(DoubleNear(0.6, 1e-7), 1));
  EXPECT_THAT(result_of({DType::kF32, {1, 2}},
                        [&](AnyView y) { rms_norm_reference(x.view(), weight.view(), 8, y); }),
              ElementsAre(6, 100));
}

TEST(BatchNormReference, NormalisesEachChannel) {
  const HostTensor x = tensor_of({DType::kF32, {2, 2, 2}}, {1, 2, 3, 4, 5, 6, 7, 8});
  const HostTensor mean = tensor_of({DType::kF32, {2}}, {1, 0});
  const HostTensor variance = tensor_of({DType::kF32, {2}}, {3, 15});
  const HostTensor weight = tensor_of({DType::kF32, {2}}, {2, 4});
  const HostTensor bias = tensor_of({DType::kF32, {2}}, {0, 10});
  const ChannelStatistics channels{mean.view(), variance.view(), weight.view(), bias.view()};
  // Channel 0: (x - 1) / 2 * 2; channel 1: x / 4 * 4 + 10.
  EXPECT_THAT(result_of({DType::kF32, {2, 2, 2}},
                        [&](AnyView y) { batch_norm_reference(x.view(), channels, 1, y); }),
              ElementsAre(0, 1, 13, 14, 4, 5, 17, 18));
}

}  // namespace
}  // namespace assay::kernels
