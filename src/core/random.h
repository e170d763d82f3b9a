// SPDX-License-Identifier: MIT
// The only source of randomness: a small counter-started generator with an explicit seed. The same
// seed gives the same stream on every machine and compiler; standard distributions do not, so the
// few that we need are here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace assay {

/// One step of SplitMix64: also the way to derive independent seeds, `mix_seed(seed, stream)`.
std::uint64_t mix_seed(std::uint64_t seed, std::uint64_t stream);

/// xoshiro256** seeded by SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  /// Uniform in [0, 1).
  double uniform();
  /// Uniform in [0, bound), without modulo bias. `bound` > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Mean 0, standard deviation 1 (polar method).
  double normal();
  bool coin() { return (next() >> 63U) != 0; }

  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[static_cast<std::size_t>(below(i))]);
    }
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace assay
