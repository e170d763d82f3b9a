// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/convert.h"

#include <algorithm>
#include <type_traits>

#include "core/check.h"
#include "engine/kernels/activation.h"
#include "engine/tensor/half.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/convert.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"

HWY_INLINE void store_narrow(Vector value, float* to) {
  hn::StoreU(value, Lanes(), to);
}
HWY_INLINE void store_narrow(Vector value, tensor::Half* to) {
  const hn::Rebind<hwy::float16_t, Lanes> f16;
  const hn::Rebind<std::uint16_t, Lanes> u16;
  const auto bits = hn::BitCast(u16, hn::DemoteTo(f16, value));
  hn::StoreU(bits, u16, reinterpret_cast<std::uint16_t*>(to));
}
/// To nearest, ties to even: half a unit less one, and one more where the last bit kept is odd.
HWY_INLINE void store_narrow(Vector value, tensor::Bfloat16* to) {
  const hn::RebindToUnsigned<Lanes> u32;
  const hn::Rebind<std::uint16_t, Lanes> u16;
  const auto bits = hn::BitCast(u32, value);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(u32, 1));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(u32, 0x7FFF)));
  const auto quiet = hn::Or(bits, hn::Set(u32, 0x40'0000));
  const auto is_nan = hn::RebindMask(u32, hn::IsNaN(value));
  const auto kept = hn::ShiftRight<16>(hn::IfThenElse(is_nan, quiet, rounded));
  const hn::RebindToSigned<decltype(u32)> i32;
  // DemoteTo saturates a signed number to unsigned 16 bits; these are within them.
  hn::StoreU(hn::DemoteTo(u16, hn::BitCast(i32, kept)), u16, reinterpret_cast<std::uint16_t*>(to));
}

template <class From, class To>
void convert_all(const From* from, To* to, std::int64_t count) {
  const std::int64_t lanes = lane_count();
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    store_narrow(load_wide(from + i), to + i);
  if (i == count) return;
  constexpr std::size_t kLanesMax = HWY_MAX_BYTES / sizeof(float);
  From last_from[kLanesMax] = {};
  To last_to[kLanesMax] = {};
  std::copy(from + i, from + count, last_from);
  store_narrow(load_wide(last_from), last_to);
  std::copy_n(last_to, count - i, to + i);
}

template <class From>
void convert_from(const From* from, void* to, tensor::DType to_type, std::int64_t count) {
  switch (to_type) {
    case tensor::DType::kF16:
      return convert_all(from, static_cast<tensor::Half*>(to), count);
    case tensor::DType::kBf16:
      return convert_all(from, static_cast<tensor::Bfloat16*>(to), count);
    default:
      return convert_all(from, static_cast<float*>(to), count);
  }
}

void ConvertRun(const void* from, tensor::DType from_type, void* to, tensor::DType to_type,
                std::int64_t count) {
  switch (from_type) {
    case tensor::DType::kF16:
      return convert_from(static_cast<const tensor::Half*>(from), to, to_type, count);
    case tensor::DType::kBf16:
      return convert_from(static_cast<const tensor::Bfloat16*>(from), to, to_type, count);
    default:
      return convert_from(static_cast<const float*>(from), to, to_type, count);
  }
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(ConvertRun);

bool is_convertible(tensor::DType from, tensor::DType to) {
  const auto is_real = [](tensor::DType type) {
    return type == tensor::DType::kF32 || type == tensor::DType::kF16 ||
           type == tensor::DType::kBf16;
  };
  return is_real(from) && is_real(to);
}

void convert_run(const void* from, tensor::DType from_type, void* to, tensor::DType to_type,
                 std::int64_t count) {
  ASSAY_CHECK(is_convertible(from_type, to_type), "runs of f32, f16 and bf16 are converted");
  HWY_DYNAMIC_DISPATCH(ConvertRun)(from, from_type, to, to_type, count);
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
