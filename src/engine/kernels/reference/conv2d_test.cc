// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/conv2d.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::ElementsAre;

const HostTensor& picture() {  // 1 2 3 / 4 5 6 / 7 8 9
  static const HostTensor x = tensor_of({DType::kF32, {1, 1, 3, 3}}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  return x;
}

const HostTensor& diagonal() {  // The element itself, and 10 times the one below to the right.
  static const HostTensor weight = tensor_of({DType::kF32, {1, 1, 2, 2}}, {1, 0, 0, 10});
  return weight;
}

std::vector<double> convolved(const Conv2dOptions& options, const tensor::Dims& shape) {
  return result_of({DType::kF32, shape}, [&](AnyView y) {
    conv2d_reference({picture().view(), diagonal().view(), {}, {}}, options, y);
  });
}

TEST(Conv2dReference, ByHand) {
  EXPECT_THAT(convolved({}, {1, 1, 2, 2}), ElementsAre(51, 62, 84, 95));
  EXPECT_THAT(convolved({.dilation = {2, 2}}, {1, 1, 1, 1}), ElementsAre(91));
  EXPECT_THAT(convolved({.stride = {1, 2}, .padding = {1, 0}}, {1, 1, 4, 1}),
              ElementsAre(20, 51, 84, 7))
      << "rows of zeros above and below";
  EXPECT_THAT(convolved({.stride = {2, 2}, .padding = {1, 1}}, {1, 1, 2, 2}),
              ElementsAre(10, 30, 70, 95));
}

TEST(Conv2dReference, AddsTheResidualBeforeTheActivation) {
  const HostTensor bias = tensor_of({DType::kF32, {1}}, {-60});
  const HostTensor residual = tensor_of({DType::kF32, {1, 1, 2, 2}}, {1, 1, -100, 0});
  EXPECT_THAT(result_of({DType::kF32, {1, 1, 2, 2}},
                        [&](AnyView y) {
                          conv2d_reference(
                              {picture().view(), diagonal().view(), bias.view(), residual.view()},
                              {.activation = Activation::kRelu}, y);
                        }),
              ElementsAre(0, 3, 0, 35));
}

TEST(Conv2dReference, GroupsReadTheirOwnChannels) {
  const HostTensor x = tensor_of({DType::kF32, {1, 4, 1, 1}}, {1, 2, 3, 4});
  const HostTensor weight = tensor_of({DType::kF32, {2, 2, 1, 1}}, {1, 10, 1, 10});
  EXPECT_THAT(result_of({DType::kF32, {1, 2, 1, 1}},
                        [&](AnyView y) {
                          conv2d_reference({x.view(), weight.view(), {}, {}}, {.groups = 2}, y);
                        }),
              ElementsAre(21, 43));
}

TEST(Conv2dReference, SumsChannelsOfEveryPicture) {
  const HostTensor x = tensor_of({DType::kF32, {2, 2, 1, 2}}, {1, 2, 3, 4, 5, 6, 7, 8});
  const HostTensor weight = tensor_of({DType::kF32, {2, 2, 1, 1}}, {1, 0, 1, 1});
  EXPECT_THAT(result_of({DType::kF32, {2, 2, 1, 2}},
                        [&](AnyView y) {
                          conv2d_reference({x.view(), weight.view(), {}, {}}, {}, y);
                        }),
              ElementsAre(1, 2, 4, 6, 5, 6, 12, 14));
}

}  // namespace
}  // namespace assay::kernels
