// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/linear_onednn.h"

#include <gmock/gmock.h>

#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/gemm.h"
#include "engine/tensor/comparison.h"

namespace assay::kernels {
namespace {

using tensor::TensorView;

std::vector<float> numbers(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values)
    value = static_cast<float>(random.uniform() * 2 - 1);
  return values;
}

TEST(OnednnLinear, AgreesWithTheReference) {
  for (const auto& [m, n, k] : std::vector<std::array<std::int64_t, 3>>{
           {1, 1, 1}, {1, 64, 40}, {7, 33, 17}, {65, 48, 128}, {3, 100, 1}}) {
    const std::vector<float> x = numbers(m * k, 1), memory = numbers(n * (k + 2), 2);
    const TensorView<const float> weight(memory.data(), {n, k}, {k + 2, 1});
    std::vector<double> want(static_cast<std::size_t>(m * n));
    gemm_reference({x.data(), {m, k}}, weight, {.a = false, .b = true},
                   TensorView<double>(want.data(), {m, n}));
    for (const auto product : {OnednnProduct::kMatmul, OnednnProduct::kInnerProduct}) {
      auto linear = OnednnLinear::create(product, m, weight);
      ASSERT_TRUE(linear.has_value()) << linear.error().to_string();
      EXPECT_FALSE(linear->implementation().empty());
      std::vector<float> y(static_cast<std::size_t>(m * n));
      for (int again = 0; again < 2; ++again)
        ASSERT_TRUE(linear->run(x.data(), y.data()).has_value());
      const auto difference = tensor::difference(TensorView<const float>(y.data(), {m, n}),
                                                 TensorView<const double>(want.data(), {m, n}));
      EXPECT_LE(difference.normalised, tensor::tolerance_for(tensor::DType::kF32, k).normalised)
          << m << " " << n << " " << k;
    }
  }
}

}  // namespace
}  // namespace assay::kernels
