// SPDX-License-Identifier: MIT
#include "engine/tensor/half.h"

#include <bit>

namespace assay::tensor {
namespace {

constexpr std::uint32_t kSign = 0x8000'0000U;
constexpr std::uint32_t kInfinity = 0x7F80'0000U;
constexpr int kShift = 13;  ///< Significand bits that f32 has beyond f16.

/// `value` without its last `count` bits, rounded to nearest, ties to even.
std::uint32_t shift_rounding(std::uint32_t value, int count) {
  const std::uint32_t half = 1U << (count - 1);
  const std::uint32_t kept = value >> count;
  const std::uint32_t lost = value & ((1U << count) - 1);
  const bool up = lost > half || (lost == half && (kept & 1U) != 0);
  return kept + (up ? 1U : 0U);
}

}  // namespace

float to_float(Half value) {
  const std::uint32_t sign = (value.bits & 0x8000U) << 16;
  const std::uint32_t exponent = (value.bits >> 10) & 0x1FU;
  const std::uint32_t significand = value.bits & 0x3FFU;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | kInfinity | significand << kShift);
  if (exponent != 0) {
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | significand << kShift);
  }
  const float magnitude = static_cast<float>(significand) * 0x1.0p-24F;  // Exact.
  return sign != 0 ? -magnitude : magnitude;
}

float to_float(Bfloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

Half to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits & kSign) >> 16;
  const std::uint32_t magnitude = bits & ~kSign;
  const auto pack = [sign](std::uint32_t low) {
    return Half{static_cast<std::uint16_t>(sign | low)};
  };
  if (magnitude > kInfinity) return pack(0x7E00U | ((magnitude >> kShift) & 0x3FFU));
  if (magnitude >= 0x477F'F000U) return pack(0x7C00U);  // 65520 and above.
  if (magnitude >= 0x3880'0000U) {                      // Normal: 2^-14 and above.
    return pack(shift_rounding(magnitude - (112U << 23), kShift));
  }
  if (magnitude < 0x3300'0000U) return pack(0);  // Below 2^-25 rounds to zero.
  const int exponent = static_cast<int>(magnitude >> 23);
  const std::uint32_t significand = (magnitude & 0x7F'FFFFU) | 0x80'0000U;
  return pack(shift_rounding(significand, 126 - exponent));
}

Bfloat16 to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & ~kSign) > kInfinity) {
    return Bfloat16{static_cast<std::uint16_t>(bits >> 16 | 0x40U)};  // Quiet, never infinity.
  }
  return Bfloat16{static_cast<std::uint16_t>(shift_rounding(bits, 16))};
}

}  // namespace assay::tensor
