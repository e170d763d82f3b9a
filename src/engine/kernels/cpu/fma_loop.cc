// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/fma_loop.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/fma_loop.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Twelve chains: two multiply-adds a cycle with a latency of four cycles need at least eight.
constexpr int kChains = 12;

template <class T>
double RoundsOf(std::int64_t rounds) {
  const hn::ScalableTag<T> tag;
  const auto x = hn::Set(tag, T(0.999));
  const auto y = hn::Set(tag, T(0.001));
  // Started apart, so that no compiler can see twelve times the same chain.
  const auto start = [&](int chain)
                         HWY_ATTR { return hn::Set(tag, T(0.01) * static_cast<T>(chain)); };
  auto c0 = start(0), c1 = start(1), c2 = start(2), c3 = start(3), c4 = start(4), c5 = start(5);
  auto c6 = start(6), c7 = start(7), c8 = start(8), c9 = start(9), c10 = start(10);
  auto c11 = start(11);
  for (std::int64_t i = 0; i < rounds; ++i) {
    c0 = hn::MulAdd(c0, x, y);
    c1 = hn::MulAdd(c1, x, y);
    c2 = hn::MulAdd(c2, x, y);
    c3 = hn::MulAdd(c3, x, y);
    c4 = hn::MulAdd(c4, x, y);
    c5 = hn::MulAdd(c5, x, y);
    c6 = hn::MulAdd(c6, x, y);
    c7 = hn::MulAdd(c7, x, y);
    c8 = hn::MulAdd(c8, x, y);
    c9 = hn::MulAdd(c9, x, y);
    c10 = hn::MulAdd(c10, x, y);
    c11 = hn::MulAdd(c11, x, y);
  }
  const auto sum = hn::Add(hn::Add(hn::Add(c0, c1), hn::Add(c2, c3)),
                           hn::Add(hn::Add(hn::Add(c4, c5), hn::Add(c6, c7)),
                                   hn::Add(hn::Add(c8, c9), hn::Add(c10, c11))));
  return static_cast<double>(hn::GetLane(sum));
}

double FmaRounds(std::int64_t rounds) {
  return RoundsOf<float>(rounds);
}
double FmaRoundsF64(std::int64_t rounds) {
  return RoundsOf<double>(rounds);
}

std::int64_t FlopsPerRound() {
  return 2 * kChains * static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<float>()));
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(FmaRounds);
HWY_EXPORT(FlopsPerRound);

double fma_loop(std::int64_t rounds, int threads) {
  double sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
  sum += HWY_DYNAMIC_DISPATCH(FmaRounds)(rounds);
  return sum;
}

double fma_loop_flops(std::int64_t rounds, int threads) {
  const std::int64_t per_round = HWY_DYNAMIC_DISPATCH(FlopsPerRound)();
  return static_cast<double>(rounds * threads * per_round);
}

std::vector<FmaLoop> fma_loops() {
  std::vector<FmaLoop> loops;
#if HWY_ARCH_X86
  const auto supported = hwy::SupportedTargets();
  const auto add = [&](auto target, std::string_view isa, auto f32, auto f64, double flops) {
    if ((static_cast<std::int64_t>(supported) & static_cast<std::int64_t>(target)) == 0) return;
    loops.push_back({isa, tensor::DType::kF32, f32, flops});
    loops.push_back({isa, tensor::DType::kF64, f64, flops / 2});
  };
#if HWY_TARGETS & HWY_SSE4
  add(HWY_SSE4, "sse", N_SSE4::FmaRounds, N_SSE4::FmaRoundsF64,
      static_cast<double>(N_SSE4::FlopsPerRound()));
#endif
#if HWY_TARGETS & HWY_AVX2
  add(HWY_AVX2, "avx2", N_AVX2::FmaRounds, N_AVX2::FmaRoundsF64,
      static_cast<double>(N_AVX2::FlopsPerRound()));
#endif
#if HWY_TARGETS & HWY_AVX3
  add(HWY_AVX3, "avx512", N_AVX3::FmaRounds, N_AVX3::FmaRoundsF64,
      static_cast<double>(N_AVX3::FlopsPerRound()));
#endif
#endif  // HWY_ARCH_X86
  return loops;
}

double fma_loop(const FmaLoop& loop, std::int64_t rounds, int threads) {
  double sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
  sum += loop.run(rounds);
  return sum;
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
