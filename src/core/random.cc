// SPDX-License-Identifier: MIT
#include "core/random.h"

#include <bit>
#include <cmath>

#include "core/check.h"

namespace assay {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace

std::uint64_t mix_seed(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t state = seed ^ (stream * 0xd1342543de82ef95U);
  return split_mix(state);
}

Random::Random(std::uint64_t seed) : state_{} {
  for (std::uint64_t& word : state_) {
    word = split_mix(seed);
  }
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(next() >> 11U) * 0x1p-53;
}

std::uint64_t Random::below(std::uint64_t bound) {
  ASSAY_CHECK_GT(bound, 0U, "an empty range has no member");
  const std::uint64_t unfair = (0 - bound) % bound;  // The first 2^64 mod bound values.
  std::uint64_t value = next();
  while (value < unfair) {
    value = next();
  }
  return value % bound;
}

double Random::normal() {
  while (true) {
    const double x = 2.0 * uniform() - 1.0;
    const double y = 2.0 * uniform() - 1.0;
    const double radius = x * x + y * y;
    if (radius > 0.0 && radius < 1.0) return x * std::sqrt(-2.0 * std::log(radius) / radius);
  }
}

}  // namespace assay
