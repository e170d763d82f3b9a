// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/convert.h"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "engine/tensor/half.h"

namespace assay::kernels {
namespace {

using tensor::Bfloat16;
using tensor::DType;
using tensor::Half;

/// Random bit patterns: every exponent, subnormals, infinities and NaNs.
std::vector<float> patterns() {
  Random random(2);
  std::vector<float> values{0.0F, -0.0F, HUGE_VALF, -HUGE_VALF, 65504, 65519.99F, 65520, 6e-8F};
  for (int i = 0; i < 100'000; ++i)
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random.next())));
  for (int i = 0; i < 100'000; ++i)  // The range of f16, ties included.
    values.push_back(std::ldexp(static_cast<float>(random.below(8192)), -24));
  return values;
}

TEST(ConvertRun, NarrowsAsTheReferenceDoes) {
  const std::vector<float> values = patterns();
  const auto count = std::ssize(values);
  std::vector<Half> half(values.size());
  std::vector<Bfloat16> brain(values.size());
  convert_run(values.data(), DType::kF32, half.data(), DType::kF16, count);
  convert_run(values.data(), DType::kF32, brain.data(), DType::kBf16, count);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      EXPECT_TRUE(std::isnan(to_float(half[i]))) << std::bit_cast<std::uint32_t>(values[i]);
      EXPECT_TRUE(std::isnan(to_float(brain[i]))) << brain[i].bits;
      continue;
    }
    ASSERT_EQ(half[i].bits, tensor::to_half(values[i]).bits) << values[i];
    ASSERT_EQ(brain[i].bits, tensor::to_bfloat16(values[i]).bits) << values[i];
  }
}

TEST(ConvertRun, WidensEveryPattern) {
  std::vector<Half> half(65536);
  std::vector<Bfloat16> brain(65536);
  for (std::size_t i = 0; i < half.size(); ++i) {
    half[i].bits = static_cast<std::uint16_t>(i);
    brain[i].bits = static_cast<std::uint16_t>(i);
  }
  std::vector<float> a(half.size()), b(half.size());
  convert_run(half.data(), DType::kF16, a.data(), DType::kF32, 65536);
  convert_run(brain.data(), DType::kBf16, b.data(), DType::kF32, 65536);
  for (std::size_t i = 0; i < half.size(); ++i) {
    const float want = to_float(half[i]);
    ASSERT_TRUE(a[i] == want || (std::isnan(a[i]) && std::isnan(want))) << i;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(b[i]), std::uint32_t{brain[i].bits} << 16) << i;
  }
}

TEST(ConvertRun, EveryLengthStaysInside) {
  for (std::int64_t count = 0; count < 40; ++count) {
    std::vector<Half> from(static_cast<std::size_t>(count), Half{0x3C00});
    std::vector<Bfloat16> to(static_cast<std::size_t>(count) + 1, Bfloat16{0x1234});
    convert_run(from.data(), DType::kF16, to.data(), DType::kBf16, count);
    for (std::int64_t i = 0; i < count; ++i)
      EXPECT_EQ(to_float(to[static_cast<std::size_t>(i)]), 1.0F);
    EXPECT_EQ(to.back().bits, 0x1234);
  }
}

TEST(ConvertRun, KnowsWhatItCannotConvert) {
  EXPECT_TRUE(is_convertible(DType::kBf16, DType::kF16));
  EXPECT_FALSE(is_convertible(DType::kI8, DType::kF32));
  EXPECT_FALSE(is_convertible(DType::kF32, DType::kF64));
}

}  // namespace
}  // namespace assay::kernels
