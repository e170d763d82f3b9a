// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/cached_attention.h"

#include <gmock/gmock.h>

#include "engine/kernels/reference/attention.h"
#include "engine/kernels/reference/invented_tensor.h"

namespace assay::kernels {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Pointwise;

struct Step {
  HostTensor q, k, v;
};

/// The tokens from `first` to `first` + `count` of a sequence of 2 rows, 4 heads of q, 2 of k.
Step tokens(const Step& whole, std::int64_t first, std::int64_t count) {
  const auto part = [&](const HostTensor& x) {
    const auto view = x.view().as<float>().narrow(1, first, count);
    return *HostTensor::copy_of({view.data(), {DType::kF32, view.shape()}, view.strides()});
  };
  return {part(whole.q), part(whole.k), part(whole.v)};
}

TEST(CachedAttentionReference, InPiecesEqualsCausalAttentionOverTheWhole) {
  const Step whole{counting_tensor({DType::kF32, {2, 5, 4, 3}}, -1, 0.25),
                   counting_tensor({DType::kF32, {2, 5, 2, 3}}, 1, -0.25),
                   counting_tensor({DType::kF32, {2, 5, 2, 3}}, -2, 0.5)};
  const auto expected = result_of({DType::kF32, {2, 5, 4, 3}}, [&](AnyView y) {
    attention_reference({whole.q.view(), whole.k.view(), whole.v.view(), {}},
                        {.scale = 0.5, .causal = true}, y);
  });
  HostTensor keys = tensor_of({DType::kF32, {2, 2, 6, 3}}, std::vector<double>(72, 99));
  HostTensor values = tensor_of({DType::kF32, {2, 2, 6, 3}}, std::vector<double>(72, 99));
  std::int64_t past = 0;
  for (const std::int64_t count : {3, 1, 1}) {
    const Step step = tokens(whole, past, count);
    const auto position = static_cast<double>(past);
    const HostTensor pasts = tensor_of({DType::kI32, {2}}, {position, position});
    const HostTensor counts = tensor_of({DType::kI32, {2}}, std::vector<double>(2, double(count)));
    const auto got = result_of({DType::kF32, {2, count, 4, 3}}, [&](AnyView y) {
      EXPECT_TRUE(cached_attention_reference(
          {step.q.view(), step.k.view(), step.v.view(), pasts.view(), counts.view()}, 0.5,
          {keys.view(), values.view()}, y));
    });
    for (std::size_t b = 0; b < 2; ++b) {
      const std::size_t size = static_cast<std::size_t>(count) * 12;
      const std::size_t from = (b * 5 + static_cast<std::size_t>(past)) * 12;
      const std::vector<double> want(expected.begin() + std::ptrdiff_t(from),
                                     expected.begin() + std::ptrdiff_t(from + size));
      const std::vector<double> have(got.begin() + std::ptrdiff_t(b * size),
                                     got.begin() + std::ptrdiff_t((b + 1) * size));
      EXPECT_THAT(have, Pointwise(DoubleEq(), want));
    }
    past += count;
  }
  EXPECT_EQ(load_element(keys.view(), 5 * 3), 99) << "nothing is written behind the new tokens";
}

TEST(CachedAttentionReference, RowsAdvanceOnTheirOwn) {
  // Row 0 holds one key and gets one; row 1 holds none and gets two.
  const HostTensor q = tensor_of({DType::kF32, {2, 2, 1, 1}}, {0, 0, 0, 0});
  const HostTensor k = tensor_of({DType::kF32, {2, 2, 1, 1}}, {5, 6, 7, 8});
  const HostTensor v = tensor_of({DType::kF32, {2, 2, 1, 1}}, {10, 20, 30, 50});
  const HostTensor past = tensor_of({DType::kI32, {2}}, {1, 0});
  const HostTensor counts = tensor_of({DType::kI32, {2}}, {1, 2});
  HostTensor keys = tensor_of({DType::kF16, {2, 1, 2, 1}}, {1, 0, 0, 0});
  HostTensor values = tensor_of({DType::kF16, {2, 1, 2, 1}}, {2, 0, 0, 0});
  const auto y = result_of({DType::kF32, {2, 2, 1, 1}}, [&](AnyView result) {
    EXPECT_TRUE(
        cached_attention_reference({q.view(), k.view(), v.view(), past.view(), counts.view()}, 1,
                                   {keys.view(), values.view()}, result));
  });
  EXPECT_THAT(y, ElementsAre(6, 0, 30, 40)) << "the second token of row 0 is padding";
  EXPECT_THAT(values_of(keys), ElementsAre(1, 5, 7, 8));
  EXPECT_THAT(values_of(values), ElementsAre(2, 10, 30, 50));
}

TEST(CachedAttentionReference, SizesThatDoNotFitChangeNothing) {
  const HostTensor x = tensor_of({DType::kF32, {1, 2, 1, 1}}, {1, 1});
  HostTensor keys = tensor_of({DType::kF32, {1, 1, 3, 1}}, {7, 7, 7});
  HostTensor values = tensor_of({DType::kF32, {1, 1, 3, 1}}, {8, 8, 8});
  HostTensor y = tensor_of({DType::kF32, {1, 2, 1, 1}}, {0, 0});
  const auto complaint = [&](double past, double count) {
    const HostTensor pasts = tensor_of({DType::kI32, {1}}, {past});
    const HostTensor counts = tensor_of({DType::kI32, {1}}, {count});
    const auto result =
        cached_attention_reference({x.view(), x.view(), x.view(), pasts.view(), counts.view()}, 1,
                                   {keys.view(), values.view()}, y.view());
    return result ? std::string("fits") : result.error().message();
  };
  EXPECT_EQ(complaint(2, 2),
            "past[0] is 2 and counts[0] is 2; expected a sum of at most 3, what the cache holds");
  EXPECT_EQ(complaint(-1, 2),
            "past[0] is -1 and counts[0] is 2; expected a sum of at most 3, what the cache holds");
  EXPECT_EQ(complaint(0, 3), "counts[0] is 3; expected 0 to 2");
  EXPECT_EQ(complaint(0, -1), "counts[0] is -1; expected 0 to 2");
  EXPECT_THAT(values_of(keys), ElementsAre(7, 7, 7));
  EXPECT_EQ(complaint(2147483647, 0),
            "past[0] is 2147483647 and counts[0] is 0; expected a sum of at most 3, what the "
            "cache holds");
  EXPECT_EQ(complaint(1, 2), "fits");
}

}  // namespace
}  // namespace assay::kernels
