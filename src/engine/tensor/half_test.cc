// SPDX-License-Identifier: MIT
#include "engine/tensor/half.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace assay::tensor {
namespace {

TEST(Half, EveryPatternReadsBack) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const Half half{static_cast<std::uint16_t>(bits)};
    const Bfloat16 bfloat{static_cast<std::uint16_t>(bits)};
    if (std::isnan(to_float(half))) {
      EXPECT_TRUE(std::isnan(to_float(to_half(to_float(half))))) << bits;
    } else {
      EXPECT_EQ(to_half(to_float(half)).bits, half.bits) << bits;
    }
    if (std::isnan(to_float(bfloat))) {
      EXPECT_TRUE(std::isnan(to_float(to_bfloat16(to_float(bfloat))))) << bits;
    } else {
      EXPECT_EQ(to_bfloat16(to_float(bfloat)).bits, bfloat.bits) << bits;
    }
  }
}

TEST(Half, RoundsToNearestEven) {
  for (std::uint32_t bits = 0; bits < 0x7BFF; ++bits) {
    const float low = to_float(Half{static_cast<std::uint16_t>(bits)});
    const float high = to_float(Half{static_cast<std::uint16_t>(bits + 1)});
    const float middle = low + (high - low) / 2;
    const std::uint32_t even = (bits & 1U) == 0 ? bits : bits + 1;
    EXPECT_EQ(to_half(middle).bits, even);
    EXPECT_EQ(to_half(std::nextafter(middle, low)).bits, bits);
    EXPECT_EQ(to_half(std::nextafter(middle, high)).bits, bits + 1);
    EXPECT_EQ(to_half(-middle).bits, even | 0x8000U);
  }
}

TEST(Half, EdgesAreThoseOfTheFormat) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(to_float(to_half(65504.0F)), 65504.0F);
  EXPECT_EQ(to_float(to_half(65519.0F)), 65504.0F);
  EXPECT_EQ(to_float(to_half(65520.0F)), infinity);
  EXPECT_EQ(to_float(to_half(-infinity)), -infinity);
  EXPECT_EQ(to_half(0x1.0p-25F).bits, 0);  // A tie, and zero is even.
  EXPECT_EQ(to_half(0x1.1p-25F).bits, 1);
  EXPECT_EQ(to_half(-0.0F).bits, 0x8000);
}

TEST(Bfloat16, RoundsToNearestEven) {
  EXPECT_EQ(to_bfloat16(1.0F + 0x1.0p-8F).bits, to_bfloat16(1.0F).bits);
  EXPECT_EQ(to_bfloat16(1.0F + 0x1.8p-8F).bits, to_bfloat16(1.0F).bits + 1);
  EXPECT_EQ(to_bfloat16(std::numeric_limits<float>::max()).bits, 0x7F80);
}

}  // namespace
}  // namespace assay::tensor
