// SPDX-License-Identifier: MIT
// In which order the arms run, round after round. A block of rounds is a Williams design: every arm
// stands equally often in every place and follows every other arm equally often, so that neither a
// drifting machine nor what an arm leaves in the caches favours one of them. For two arms a block
// is ABBA or BAAB. Which arm plays which part, and the order of the rounds, are drawn per block.
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.h"

namespace assay::measure {

using RoundOrder = std::vector<std::uint8_t>;

/// The rows of a Williams design: `arms` of them for an even count, twice as many for an odd one.
std::vector<RoundOrder> williams_design(int arms);

class Interleaving {
 public:
  /// The same seed gives the same rounds.
  Interleaving(int arms, std::uint64_t seed);

  /// The order of the next round: a permutation of all arms.
  RoundOrder next();

 private:
  void draw_block();

  Random random_;
  std::vector<RoundOrder> design_;
  std::vector<RoundOrder> block_;
  std::size_t position_ = 0;
};

}  // namespace assay::measure
