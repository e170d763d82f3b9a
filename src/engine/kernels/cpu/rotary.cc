// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/rotary.h"

#include <type_traits>

#include "engine/kernels/activation.h"
#include "engine/kernels/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/rotary.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::ScalableTag<double>;
using Double = hn::Vec<Doubles>;

HWY_INLINE Double real(double value) {
  return hn::Set(Doubles(), value);
}

/// Sine and cosine of `angle`: quarter turns are taken off (exactly up to 2^31 of them), the rest,
/// at most an eighth of a turn to each side, goes through Taylor's series: below 3e-10.
HWY_INLINE void sine_and_cosine(Double angle, Double& sine, Double& cosine) {
  const Doubles f64;
  const hn::RebindToSigned<Doubles> i64;
  const Double turns = hn::Mul(angle, real(0.63661977236758134308));  // 2 / pi
  const Double magic = real(6755399441055744.0);                      // 1.5 * 2^52
  const Double shifted = hn::Add(turns, magic);
  const Double r = hn::Mul(hn::Sub(turns, hn::Sub(shifted, magic)), real(1.57079632679489661923));
  const Double s = hn::Mul(r, r);
  Double odd = real(-2.50521083854417188e-8);
  odd = hn::MulAdd(odd, s, real(2.75573192239858907e-6));
  odd = hn::MulAdd(odd, s, real(-1.98412698412698413e-4));
  odd = hn::MulAdd(odd, s, real(8.33333333333333333e-3));
  odd = hn::MulAdd(odd, s, real(-1.66666666666666667e-1));
  odd = hn::MulAdd(hn::Mul(odd, s), r, r);
  Double even = real(-2.75573192239858907e-7);
  even = hn::MulAdd(even, s, real(2.48015873015873016e-5));
  even = hn::MulAdd(even, s, real(-1.38888888888888889e-3));
  even = hn::MulAdd(even, s, real(4.16666666666666667e-2));
  even = hn::MulAdd(even, s, real(-0.5));
  even = hn::MulAdd(even, s, real(1.0));
  const auto quarter = hn::BitCast(i64, shifted);  // Its low bits count the quarter turns.
  const auto is_odd = hn::RebindMask(f64, hn::TestBit(quarter, hn::Set(i64, 1)));
  const auto top = hn::Set(i64, 2);
  const auto sine_sign = hn::ShiftLeft<62>(hn::And(quarter, top));
  const auto cosine_sign = hn::ShiftLeft<62>(hn::And(hn::Add(quarter, hn::Set(i64, 1)), top));
  sine = hn::Xor(hn::IfThenElse(is_odd, even, odd), hn::BitCast(f64, sine_sign));
  cosine = hn::Xor(hn::IfThenElse(is_odd, odd, even), hn::BitCast(f64, cosine_sign));
}

/// Of position * frequencies[i] for i < count; whole vectors are written (kAngleChunk is enough).
void Angles(double position, const float* frequencies, std::int64_t count, float* sines,
            float* cosines) {
  const Doubles f64;
  const hn::Rebind<float, Doubles> f32;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f64));
  HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)] = {};
  for (std::int64_t i = 0; i < count; i += lanes) {
    const float* from = frequencies + i;
    if (i + lanes > count) {
      std::copy(from, frequencies + count, rest);
      from = rest;
    }
    Double sine, cosine;
    sine_and_cosine(hn::Mul(hn::PromoteTo(f64, hn::LoadU(f32, from)), real(position)), sine,
                    cosine);
    hn::StoreU(hn::DemoteTo(f32, sine), f32, sines + i);
    hn::StoreU(hn::DemoteTo(f32, cosine), f32, cosines + i);
  }
}

/// (x[i], x[i + half]) turned, for i in [first, first + count).
void TurnHalves(const float* x, float* y, std::int64_t half, std::int64_t first, std::int64_t count,
                const float* sines, const float* cosines) {
  const hn::ScalableTag<float> f32;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f32));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto sine = hn::LoadU(f32, sines + i);
    const auto cosine = hn::LoadU(f32, cosines + i);
    const auto a = hn::LoadU(f32, x + first + i);
    const auto b = hn::LoadU(f32, x + half + first + i);
    hn::StoreU(hn::Sub(hn::Mul(a, cosine), hn::Mul(b, sine)), f32, y + first + i);
    hn::StoreU(hn::MulAdd(b, cosine, hn::Mul(a, sine)), f32, y + half + first + i);
  }
  for (; i < count; ++i) {
    const float a = x[first + i], b = x[half + first + i];
    y[first + i] = a * cosines[i] - b * sines[i];
    y[half + first + i] = b * cosines[i] + a * sines[i];
  }
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(Angles);
HWY_EXPORT(TurnHalves);

namespace {

using tensor::TensorView;

constexpr std::int64_t kAngleChunk = 256;  ///< Pairs whose angles are held at once.

struct Turn {
  TensorView<const float> x;  ///< [H, D] of one position
  TensorView<float> y;
  const float* frequencies;
  Pairing pairing;
};

void turn_position(const Turn& turn, std::int32_t position) {
  const std::int64_t half = turn.x.extent(1) / 2;
  alignas(64) float sines[kAngleChunk + 16], cosines[kAngleChunk + 16];
  for (std::int64_t first = 0; first < half; first += kAngleChunk) {
    const std::int64_t count = std::min(kAngleChunk, half - first);
    HWY_DYNAMIC_DISPATCH(Angles)
    (static_cast<double>(position), turn.frequencies + first, count, sines, cosines);
    for (std::int64_t h = 0; h < turn.x.extent(0); ++h) {
      const float* x = turn.x.data() + h * turn.x.stride(0);
      float* y = turn.y.data() + h * turn.y.stride(0);
      if (turn.pairing == Pairing::kHalves) {
        HWY_DYNAMIC_DISPATCH(TurnHalves)(x, y, half, first, count, sines, cosines);
        continue;
      }
      for (std::int64_t i = 0; i < count; ++i) {
        const float a = x[2 * (first + i)], b = x[2 * (first + i) + 1];
        y[2 * (first + i)] = a * cosines[i] - b * sines[i];
        y[2 * (first + i) + 1] = b * cosines[i] + a * sines[i];
      }
    }
  }
}

}  // namespace

std::string_view to_text(Pairing pairing) {
  return pairing == Pairing::kHalves ? "halves" : "neighbours";
}

std::optional<Pairing> parse_pairing(std::string_view text) {
  for (const Pairing pairing : {Pairing::kHalves, Pairing::kNeighbours}) {
    if (to_text(pairing) == text) return pairing;
  }
  return std::nullopt;
}

void rotary(TensorView<const float> x, TensorView<const std::int32_t> positions,
            TensorView<const float> frequencies, Pairing pairing, TensorView<float> y,
            int threads) {
  ASSAY_CHECK(x.shape() == y.shape() && x.rank() == 4, "rotary takes and gives [B, T, H, D]");
  ASSAY_CHECK(positions.shape() == (tensor::Dims{x.extent(0), x.extent(1)}),
              "positions are [B, T]");
  ASSAY_CHECK(frequencies.shape() == (tensor::Dims{x.extent(3) / 2}) && x.extent(3) % 2 == 0,
              "there is a frequency for each pair");
  if (x.empty()) return;
  ASSAY_CHECK(x.stride(3) == 1 && y.stride(3) == 1 && frequencies.stride(0) == 1,
              "the elements of a head touch");
  const std::int64_t tokens = x.extent(1);
  const std::int64_t smallest = 2048 / (x.extent(2) * x.extent(3)) + 1;
  for_each_part(x.extent(0) * tokens, smallest, threads, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t b = i / tokens, t = i % tokens;
      turn_position({x[b][t], y[b][t], frequencies.data(), pairing}, positions.at(b, t));
    }
  });
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
