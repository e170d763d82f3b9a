// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/attention.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

const double kLog3 = std::log(3.0);

TEST(Attend, WeighsValuesBySimilarity) {
  const std::vector<double> query{1};
  const std::vector<double> keys{0, kLog3, 100};
  const std::vector<double> values{4, 8, 1000};
  const auto attended = [&](std::int64_t seen) {
    return attend({.query = query, .keys = keys, .values = values, .seen = seen, .scale = 1});
  };
  EXPECT_THAT(attended(2), ElementsAre(DoubleNear(4 * 0.25 + 8 * 0.75, 1e-12)));
  EXPECT_THAT(attended(1), ElementsAre(4));
  EXPECT_THAT(attended(0), ElementsAre(0));
  EXPECT_THAT(attend({.query = query, .keys = keys, .values = values, .seen = 2, .scale = 2}),
              ElementsAre(DoubleNear(4 * 0.1 + 8 * 0.9, 1e-12)));
}

TEST(AttentionReference, HeadsReadTheirGroup) {
  // Four heads of q over two of k and v; all scores are 0, so values are averaged.
  const HostTensor q = tensor_of({DType::kF32, {1, 1, 4, 1}}, {1, 1, 1, 1});
  const HostTensor k = tensor_of({DType::kF32, {1, 2, 2, 1}}, {0, 0, 0, 0});
  const HostTensor v = tensor_of({DType::kF32, {1, 2, 2, 1}}, {1, 10, 3, 30});
  EXPECT_THAT(result_of({DType::kF32, {1, 1, 4, 1}},
                        [&](AnyView y) {
                          attention_reference({q.view(), k.view(), v.view(), {}}, {}, y);
                        }),
              ElementsAre(2, 2, 20, 20));
}

TEST(AttentionReference, SeesNoKeyBehindTheLengthNorInTheFuture) {
  const HostTensor q = tensor_of({DType::kF32, {2, 3, 1, 1}}, {0, 0, 0, 0, 0, 0});
  const HostTensor v = tensor_of({DType::kF32, {2, 3, 1, 1}}, {1, 2, 6, 1, 2, 6});
  const HostTensor lengths = tensor_of({DType::kI32, {2}}, {2, 0});
  const auto attended = [&](ConstAnyView seen, bool causal) {
    return result_of({DType::kF32, {2, 3, 1, 1}}, [&](AnyView y) {
      attention_reference({q.view(), q.view(), v.view(), seen}, {.causal = causal}, y);
    });
  };
  EXPECT_THAT(attended({}, false), ElementsAre(3, 3, 3, 3, 3, 3));
  EXPECT_THAT(attended({}, true), ElementsAre(1, 1.5, 3, 1, 1.5, 3));
  EXPECT_THAT(attended(lengths.view(), false), ElementsAre(1.5, 1.5, 1.5, 0, 0, 0));
  EXPECT_THAT(attended(lengths.view(), true), ElementsAre(1, 1.5, 1.5, 0, 0, 0));
  const HostTensor wild = tensor_of({DType::kI32, {2}}, {99, -5});
  EXPECT_THAT(attended(wild.view(), false), ElementsAre(3, 3, 3, 0, 0, 0));
}

TEST(AttentionReference, ReadsThroughStrides) {
  // q, k and v as slices of one row of 3 numbers: what a merged projection leaves.
  const HostTensor merged = tensor_of({DType::kF32, {1, 2, 3}}, {1, 0, 4, 2, kLog3, 8});
  const auto part = [&](int first) {
    return ConstAnyView{static_cast<const float*>(merged.view().data) + first,
                        {DType::kF32, {1, 2, 1, 1}},
                        {6, 3, 1, 1}};
  };
  EXPECT_THAT(
      result_of({DType::kF32, {1, 2, 1, 1}},
                [&](AnyView y) {
                  attention_reference({part(0), part(1), part(2), {}}, {}, y);
                }),
      ElementsAre(DoubleNear(4 * 0.25 + 8 * 0.75, 1e-6), DoubleNear(4 * 0.1 + 8 * 0.9, 1e-6)));
}

}  // namespace
}  // namespace assay::kernels
