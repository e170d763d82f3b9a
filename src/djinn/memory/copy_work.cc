// SPDX-License-Identifier: MIT
#include "djinn/memory/copy_work.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/crc32c.h"

namespace assay::djinn {

void CopyWork::add(const std::byte* from, std::byte* to, std::int64_t size) {
  ASSAY_CHECK_GT(size, 0, "a piece has bytes");
  ASSAY_CHECK(!is_done_ && moved_ == 0, "work is complete before it starts");
  size_ += size;
  if (!copies_.empty()) {
    Copy& last = copies_.back();
    if (last.from + last.size == from && last.to + last.size == to) {
      last.size += size;
      return;
    }
  }
  copies_.push_back({from, to, size});
}

void CopyWork::add_check(BlockIndex block, std::span<const std::byte> bytes, std::uint32_t crc) {
  checks_.push_back({block, bytes, crc});
}

void CopyWork::run() {
  run(Bytes(std::numeric_limits<std::int64_t>::max()));
}

void CopyWork::run(Bytes at_most) {
  std::int64_t left = std::max<std::int64_t>(at_most.count(), 1);
  while (left > 0 && next_ < copies_.size()) {
    const Copy& copy = copies_[next_];
    const std::int64_t size = std::min(left, copy.size - next_from_);
    std::memcpy(copy.to + next_from_, copy.from + next_from_, static_cast<std::size_t>(size));
    left -= size;
    moved_ += size;
    next_from_ += size;
    if (next_from_ == copy.size) {
      ++next_;
      next_from_ = 0;
    }
  }
  if (next_ == copies_.size() && !is_done_) complete();
}

void CopyWork::complete() {
  is_done_ = true;
  for (Check& check : checks_) {
    const std::uint32_t crc = crc32c(check.bytes);
    if (direction_ == CopyDirection::kToDevice && crc != check.crc) is_corrupt_ = true;
    check.crc = crc;
  }
}

}  // namespace assay::djinn
