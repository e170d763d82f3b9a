// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/packed_weight.h"

#include <gmock/gmock.h>

#include <vector>

#include "engine/tensor/half.h"

namespace assay::kernels {
namespace {

using tensor::DType;

TEST(PackWeight, EveryElementStandsOnceAndTheRestIsZero) {
  const std::int64_t n = 19, k = 3;
  std::vector<float> values(static_cast<std::size_t>(n * k));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i) + 1;
  for (const DType stored : {DType::kF32, DType::kF16, DType::kBf16}) {
    const std::int64_t bytes = packed_weight_bytes(stored, n, k);
    EXPECT_EQ(bytes, 32 * k * tensor::size_of(stored));
    std::vector<std::byte> packed(static_cast<std::size_t>(bytes), std::byte{0xFF});
    pack_weight(tensor::dense_view(std::as_const(values).data(), {DType::kF32, {n, k}}), stored,
                packed);
    const auto view = tensor::dense_view(std::as_const(packed).data(), {stored, {2, k, 16}});
    for (std::int64_t at = 0; at < 2 * k * 16; ++at) {
      const std::int64_t row = at / (k * 16) * 16 + at % 16;
      const std::int64_t depth = at / 16 % k;
      const double want = row < n ? static_cast<double>(row * k + depth + 1) : 0;
      EXPECT_EQ(tensor::load_element(view, at), want) << tensor::to_text(stored) << " " << at;
    }
  }
}

TEST(PackWeight, ReadsEveryTypeWithAnyStrides) {
  // A [3, 2] weight out of a transposed, spread memory; 1.5 is exact in all types but i8.
  std::vector<std::byte> memory(256);
  for (const DType from : {DType::kF32, DType::kF16, DType::kBf16, DType::kI8}) {
    const tensor::AnyView view{memory.data(), {from, {3, 2}}, {2, 7}};
    for (std::int64_t i = 0; i < 6; ++i)
      tensor::store_element(
          view, i,
          from == DType::kI8 ? static_cast<double>(i - 3) : 1.5 * static_cast<double>(i - 3));
    const DType stored = from == DType::kI8 ? DType::kI8 : DType::kF32;
    std::vector<std::byte> packed(static_cast<std::size_t>(packed_weight_bytes(stored, 3, 2)));
    pack_weight(view, stored, packed);
    const std::vector<float> scales{1, 2, 4};
    const PackedWeight weight{packed.data(), stored, 3, 2,
                              stored == DType::kI8 ? scales.data() : nullptr};
    for (std::int64_t row = 0; row < 3; ++row) {
      std::vector<float> out(2);
      unpack_weight_row(weight, row, out);
      for (std::int64_t i = 0; i < 2; ++i) {
        const double scale = from == DType::kI8 ? scales[static_cast<std::size_t>(row)] : 1;
        EXPECT_EQ(static_cast<double>(out[static_cast<std::size_t>(i)]),
                  scale * tensor::load_element(view, row * 2 + i));
      }
    }
  }
}

TEST(PackWeight, RoundsToNearestEven) {
  const std::vector<float> values{2049.0F, 2051.0F};  // f16 has steps of 2 there.
  std::vector<std::byte> packed(static_cast<std::size_t>(packed_weight_bytes(DType::kF16, 2, 1)));
  pack_weight(tensor::dense_view(values.data(), {DType::kF32, {2, 1}}), DType::kF16, packed);
  const PackedWeight weight{packed.data(), DType::kF16, 2, 1};
  std::vector<float> out(1);
  unpack_weight_row(weight, 0, out);
  EXPECT_EQ(out[0], 2048.0F);
  unpack_weight_row(weight, 1, out);
  EXPECT_EQ(out[0], 2052.0F);
}

TEST(PackWeightDeathTest, RefusesWhatItCannotStore) {
  std::vector<std::byte> memory(4096);
  const std::vector<float> values(4);
  const auto view = tensor::dense_view(values.data(), {DType::kF32, {2, 2}});
  EXPECT_DEATH(pack_weight(view, DType::kI8, memory), "f32, f16 or bf16");
  EXPECT_DEATH((void)packed_weight_bytes(DType::kI32, 2, 2), "stored as");
  EXPECT_DEATH(pack_weight(view, DType::kF32, {memory.data(), 8}), "memory is enough");
}

}  // namespace
}  // namespace assay::kernels
