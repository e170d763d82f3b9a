// SPDX-License-Identifier: MIT
// How long work of a kind took the last time it was done. Remembers a fixed number of kinds, the
// newest of those that meet in one place, so that no client can make it grow.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/units.h"

namespace assay::djinn {

class ExpectedTimes {
 public:
  static constexpr std::size_t kPlaces = 1024;

  /// None where it was never done, or is forgotten.
  std::optional<Nanoseconds> find(std::uint64_t kind) const {
    const Entry& entry = entries_[kind % kPlaces];
    if (entry.kind != kind || entry.took <= Nanoseconds(0)) return std::nullopt;
    return entry.took;
  }
  void note(std::uint64_t kind, Nanoseconds took) {
    entries_[kind % kPlaces] = {.kind = kind, .took = took};
  }

 private:
  struct Entry {
    std::uint64_t kind = 0;
    Nanoseconds took{0};
  };
  std::array<Entry, kPlaces> entries_{};
};

}  // namespace assay::djinn
