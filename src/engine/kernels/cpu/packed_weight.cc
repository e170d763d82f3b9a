// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/packed_weight.h"

#include <algorithm>

#include "engine/tensor/half.h"

namespace assay::kernels {
namespace {

using tensor::Bfloat16;
using tensor::ConstAnyView;
using tensor::DType;
using tensor::Half;
using tensor::TensorView;

float to_f32(float value) {
  return value;
}
float to_f32(Half value) {
  return tensor::to_float(value);
}
float to_f32(Bfloat16 value) {
  return tensor::to_float(value);
}
float to_f32(std::int8_t value) {
  return static_cast<float>(value);
}

template <class To, class From>
To converted(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, Half>) {
    return tensor::to_half(to_f32(value));
  } else if constexpr (std::is_same_v<To, Bfloat16>) {
    return tensor::to_bfloat16(to_f32(value));
  } else {
    return to_f32(value);
  }
}

template <class To, class From>
void pack_as(TensorView<const From> weight, To* packed) {
  const std::int64_t n = weight.extent(0);
  const std::int64_t k = weight.extent(1);
  for (std::int64_t first = 0; first < n; first += kPanelColumns) {
    const std::int64_t columns = std::min(kPanelColumns, n - first);
    To* panel = packed + first * k;
    for (std::int64_t j = 0; j < columns; ++j) {
      const From* row = weight.data() + (first + j) * weight.stride(0);
      for (std::int64_t i = 0; i < k; ++i)
        panel[i * kPanelColumns + j] = converted<To>(row[i * weight.stride(1)]);
    }
    for (std::int64_t i = 0; i < k && columns < kPanelColumns; ++i)
      std::fill(panel + i * kPanelColumns + columns, panel + (i + 1) * kPanelColumns, To{});
  }
}

template <class From>
void pack_from(TensorView<const From> weight, DType stored, std::byte* packed) {
  switch (stored) {
    case DType::kF32:
      return pack_as(weight, reinterpret_cast<float*>(packed));
    case DType::kF16:
      return pack_as(weight, reinterpret_cast<Half*>(packed));
    case DType::kBf16:
      return pack_as(weight, reinterpret_cast<Bfloat16*>(packed));
    default:
      ASSAY_CHECK(false, "a weight of real numbers is stored as f32, f16 or bf16");
  }
}

template <class Stored>
void unpack_as(const PackedWeight& weight, std::int64_t row, float* out) {
  const std::int64_t first = row / kPanelColumns * kPanelColumns;
  const Stored* column =
      reinterpret_cast<const Stored*>(weight.data) + first * weight.k + (row - first);
  const float scale = weight.stored == DType::kI8 ? weight.scales[row] : 1;
  for (std::int64_t i = 0; i < weight.k; ++i)
    out[i] = to_f32(column[i * kPanelColumns]) * scale;
}

}  // namespace

bool is_packable(DType stored) {
  return stored == DType::kF32 || stored == DType::kF16 || stored == DType::kBf16 ||
         stored == DType::kI8;
}

std::int64_t packed_weight_bytes(DType stored, std::int64_t n, std::int64_t k) {
  ASSAY_CHECK(is_packable(stored), "a weight is stored as f32, f16, bf16 or i8");
  ASSAY_CHECK(n >= 0 && k >= 0, "sizes are not negative");
  const auto count = tensor::element_count({tensor::round_up(n, kPanelColumns), k});
  ASSAY_CHECK(count.has_value(), "a weight's size fits 64 bits");
  return *count * tensor::size_of(stored);
}

void pack_weight(const ConstAnyView& weight, DType stored, std::span<std::byte> packed) {
  ASSAY_CHECK_EQ(weight.type.shape.rank(), 2, "a weight is a matrix [n, k]");
  const std::int64_t n = weight.type.shape[0];
  const std::int64_t k = weight.type.shape[1];
  ASSAY_CHECK_GE(std::ssize(packed), packed_weight_bytes(stored, n, k), "packed memory is enough");
  switch (weight.type.dtype) {
    case DType::kF32:
      return pack_from(weight.as<float>(), stored, packed.data());
    case DType::kF16:
      return pack_from(weight.as<Half>(), stored, packed.data());
    case DType::kBf16:
      return pack_from(weight.as<Bfloat16>(), stored, packed.data());
    case DType::kI8:
      ASSAY_CHECK(stored == DType::kI8, "i8 weights are stored as i8");
      return pack_as(weight.as<std::int8_t>(), reinterpret_cast<std::int8_t*>(packed.data()));
    default:
      ASSAY_CHECK(false, "a weight is f32, f16, bf16 or i8");
  }
}

void unpack_weight_row(const PackedWeight& weight, std::int64_t row, std::span<float> out) {
  ASSAY_CHECK(row >= 0 && row < weight.n, "a row lies within the weight");
  ASSAY_CHECK_EQ(std::ssize(out), weight.k, "a row has k elements");
  switch (weight.stored) {
    case DType::kF32:
      return unpack_as<float>(weight, row, out.data());
    case DType::kF16:
      return unpack_as<Half>(weight, row, out.data());
    case DType::kBf16:
      return unpack_as<Bfloat16>(weight, row, out.data());
    case DType::kI8:
      return unpack_as<std::int8_t>(weight, row, out.data());
    default:
      ASSAY_CHECK(false, "a weight is stored as f32, f16, bf16 or i8");
  }
}

}  // namespace assay::kernels
