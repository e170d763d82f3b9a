// SPDX-License-Identifier: MIT
#include "lab/measure/sentinel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "core/format.h"

namespace assay::measure {
namespace {

constexpr int kRepetitions = 5;
constexpr int kSpinSteps = 50'000;
constexpr std::size_t kFmaFloats = 1'024;
constexpr std::size_t kFmaSums = 32;  ///< Independent ones: the chain of one sum does not bound.
constexpr int kFmaPasses = 160;
constexpr std::size_t kTriadDoubles = std::size_t{1} << 17;  // 1 MiB per array.
constexpr std::size_t kCacheLine = 64;

/// The compiler must believe that somebody reads the memory behind `pointer`.
void keep(const void* pointer) {
  asm volatile("" : : "r"(pointer) : "memory");
}

/// The same pointer, but the compiler does not know that.
const float* hide(const float* pointer) {
  asm volatile("" : "+r"(pointer));
  return pointer;
}

template <class Prepare, class Kernel>
Nanoseconds median_time(const Clock& clock, Prepare prepare, Kernel kernel) {
  std::array<Nanoseconds, kRepetitions> times{};
  for (Nanoseconds& time : times) {
    prepare();
    const Nanoseconds start = clock.now();
    kernel();
    time = clock.now() - start;
  }
  std::ranges::sort(times);
  return times[kRepetitions / 2];
}

Nanoseconds time_spin(const Clock& clock) {
  std::uint64_t state = 1;
  const auto spin = [&] {
    for (int i = 0; i < kSpinSteps; ++i) {
      state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    }
    keep(&state);
  };
  return median_time(
      clock, [] {}, spin);
}

/// Nothing is stored: a loop that updates the 4 KiB in place takes 16, 22 or 28 us on a Golden Cove
/// core and changes between them by itself, which had half of a night sweep in doubt.
Nanoseconds time_fma(const Clock& clock) {
  const std::vector<float> values(kFmaFloats, 1.0F);
  const auto multiply_add = [&] {
    std::array<float, kFmaSums> sums{};
    for (int pass = 0; pass < kFmaPasses; ++pass) {
      const float* read = hide(values.data());
      for (std::size_t i = 0; i < kFmaFloats; i += kFmaSums) {
        for (std::size_t k = 0; k < kFmaSums; ++k)
          sums[k] = sums[k] * 0.5F + read[i + k];
      }
    }
    keep(sums.data());
  };
  return median_time(
      clock, [] {}, multiply_add);
}

/// False where lines cannot be put out of the caches one by one.
bool put_out_of_caches([[maybe_unused]] const std::vector<double>& values) {
#if defined(__x86_64__)
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  for (std::size_t i = 0; i < values.size() * sizeof(double); i += kCacheLine) {
    _mm_clflush(bytes + i);
  }
  _mm_mfence();
  return true;
#else
  return false;
#endif
}

Nanoseconds time_triad(const Clock& clock) {
  std::vector<double> a(kTriadDoubles, 0.0);
  std::vector<double> b(kTriadDoubles, 1.0);
  std::vector<double> c(kTriadDoubles, 2.0);
  if (!put_out_of_caches(a)) return 0ns;
  const auto make_cold = [&] {
    for (const auto* values : {&a, &b, &c})
      put_out_of_caches(*values);
  };
  const auto triad = [&] {
    for (std::size_t i = 0; i < kTriadDoubles; ++i)
      a[i] = b[i] + 3.0 * c[i];
    keep(a.data());
  };
  return median_time(clock, make_cold, triad);
}

double ratio(Nanoseconds before, Nanoseconds after) {
  if (before <= 0ns || after <= 0ns) return 1;
  return static_cast<double>(after.count()) / static_cast<double>(before.count());
}

}  // namespace

SentinelReading read_sentinels(const Clock& clock) {
  return {.spin = time_spin(clock), .fma = time_fma(clock), .triad = time_triad(clock)};
}

SentinelRatio compare(const SentinelReading& before, const SentinelReading& after) {
  return {.spin = ratio(before.spin, after.spin),
          .fma = ratio(before.fma, after.fma),
          .triad = ratio(before.triad, after.triad)};
}

std::optional<std::string> sentinel_doubt(const SentinelReading& before,
                                          const SentinelReading& after, double tolerance) {
  const SentinelRatio moved = compare(before, after);
  std::string sentence;
  for (const auto& [name, ratio] :
       {std::pair{"core clock", moved.spin}, std::pair{"floating point", moved.fma},
        std::pair{"memory", moved.triad}}) {
    if (std::abs(std::log(ratio)) <= std::log1p(tolerance)) continue;
    sentence += format("{}{} took {:.2f} times as long", sentence.empty() ? "" : ", ", name, ratio);
  }
  if (sentence.empty()) return std::nullopt;
  return "the machine changed meanwhile: " + sentence;
}

}  // namespace assay::measure
