// SPDX-License-Identifier: MIT
// A weight matrix [n, k] rearranged once, so that every product after that streams it: panels of
// kPanelColumns outputs, [ceil(n / 16)][k][16], the last one filled with zeros. Stored as f32, f16,
// bf16 or i8; i8 has one f32 scale per output, kept beside it.
//
//   std::vector<std::byte> memory(packed_weight_bytes(DType::kF16, n, k));
//   pack_weight(weight, DType::kF16, memory);
//   const PackedWeight packed{memory.data(), DType::kF16, n, k};
#pragma once

#include <cstddef>
#include <span>

#include "core/result.h"
#include "engine/tensor/any_view.h"

namespace assay::kernels {

/// One cache line of f32: one AVX-512 vector, two of AVX2, four of 128 bits.
inline constexpr std::int64_t kPanelColumns = 16;

struct PackedWeight {
  const std::byte* data = nullptr;
  tensor::DType stored = tensor::DType::kF32;
  std::int64_t n = 0;
  std::int64_t k = 0;
  const float* scales = nullptr;  ///< [n], for i8 only: a weight is its integer times its scale.
};

bool is_packable(tensor::DType stored);
/// Of `n` by `k` weights; the product must not exceed 64 bits (a bug of the caller).
std::int64_t packed_weight_bytes(tensor::DType stored, std::int64_t n, std::int64_t k);

/// `weight` is [n, k], f32, f16, bf16 or i8, with any strides. i8 is stored as i8 and as nothing
/// else; other types are rounded to nearest even where `stored` is narrower.
void pack_weight(const tensor::ConstAnyView& weight, tensor::DType stored,
                 std::span<std::byte> packed);

/// Row `row` of the weight as it was before packing (up to the rounding of storage), times its
/// scale: with it an embedding reads the same memory as the tied head.
void unpack_weight_row(const PackedWeight& weight, std::int64_t row, std::span<float> out);

}  // namespace assay::kernels
