// SPDX-License-Identifier: MIT
// Element types: their names, sizes and rounding. A type can be stored everywhere; whether this
// machine can also calculate in it is asked of engine/kernels (arithmetic.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace assay::tensor {

/// Written into graphs and hashes: the order never changes, a new one goes to the end.
enum class DType : std::uint8_t { kF64, kF32, kF16, kBf16, kI8, kI32, kU8 };

/// Half precision and bfloat16 as bits in memory: stored and converted (half.h), never added.
struct Half {
  std::uint16_t bits = 0;
  bool operator==(const Half&) const = default;
};
struct Bfloat16 {
  std::uint16_t bits = 0;
  bool operator==(const Bfloat16&) const = default;
};

std::string_view to_text(DType dtype);  ///< "f64", "f32", "f16", "bf16", "i8", "i32", "u8"
std::optional<DType> parse_dtype(std::string_view text);
std::vector<std::string> dtype_names();
/// Bytes of one element.
std::int64_t size_of(DType dtype);
/// Largest relative error of rounding one real number to the type; 0 for integers.
double unit_roundoff(DType dtype);

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, double>) return DType::kF64;
  if constexpr (std::is_same_v<T, float>) return DType::kF32;
  if constexpr (std::is_same_v<T, Half>) return DType::kF16;
  if constexpr (std::is_same_v<T, Bfloat16>) return DType::kBf16;
  if constexpr (std::is_same_v<T, std::int8_t>) return DType::kI8;
  if constexpr (std::is_same_v<T, std::int32_t>) return DType::kI32;
  if constexpr (std::is_same_v<T, std::uint8_t>) return DType::kU8;
}

}  // namespace assay::tensor
