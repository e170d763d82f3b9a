// SPDX-License-Identifier: MIT
#include "lab/measure/interleaving.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>

#include "core/check.h"

namespace assay::measure {

std::vector<RoundOrder> williams_design(int arms) {
  ASSAY_CHECK_GE(arms, 1, "there is something to sample");
  ASSAY_CHECK_LE(arms, std::numeric_limits<std::uint8_t>::max(), "an arm's number fits a byte");
  std::vector<RoundOrder> rows;
  for (int shift = 0; shift < arms; ++shift) {
    RoundOrder row;
    for (int place = 0; place < arms; ++place) {
      // 0, 1, n-1, 2, n-2, ...: neighbours differ by every amount once.
      const int zigzag = place % 2 == 1 ? (place + 1) / 2 : (arms - place / 2) % arms;
      row.push_back(static_cast<std::uint8_t>((zigzag + shift) % arms));
    }
    rows.push_back(row);
  }
  if (arms % 2 == 1 && arms > 1) {  // An odd square alone is one-sided; its mirror image evens it.
    for (int i = 0; i < arms; ++i) {
      rows.emplace_back(rows[static_cast<std::size_t>(i)].rbegin(),
                        rows[static_cast<std::size_t>(i)].rend());
    }
  }
  return rows;
}

Interleaving::Interleaving(int arms, std::uint64_t seed)
    : random_(seed), design_(williams_design(arms)) {}

RoundOrder Interleaving::next() {
  if (position_ == block_.size()) draw_block();
  return block_[position_++];
}

void Interleaving::draw_block() {
  RoundOrder parts(design_.front().size());
  std::iota(parts.begin(), parts.end(), std::uint8_t{0});
  random_.shuffle(std::span(parts));
  block_ = design_;
  for (RoundOrder& row : block_) {
    std::ranges::transform(row, row.begin(), [&](std::uint8_t part) { return parts[part]; });
  }
  random_.shuffle(std::span(block_));
  position_ = 0;
}

}  // namespace assay::measure
