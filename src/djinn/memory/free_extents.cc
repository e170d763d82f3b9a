// SPDX-License-Identifier: MIT
#include "djinn/memory/free_extents.h"

#include <algorithm>

#include "core/check.h"

namespace assay::djinn {

FreeExtents::FreeExtents(std::int64_t size) : size_(size), free_(size) {
  ASSAY_CHECK_GE(size, 0, "a line has a length");
  if (size > 0) insert(0, size);
}

void FreeExtents::insert(std::int64_t offset, std::int64_t size) {
  by_offset_.emplace(offset, size);
  by_size_.emplace(size, offset);
}

void FreeExtents::erase(std::map<std::int64_t, std::int64_t>::iterator at) {
  by_size_.erase({at->second, at->first});
  by_offset_.erase(at);
}

Extent FreeExtents::cut(std::map<std::int64_t, std::int64_t>::iterator at, std::int64_t size) {
  const auto [offset, whole] = *at;
  erase(at);
  if (whole > size) insert(offset + size, whole - size);
  free_ -= size;
  return {.offset = offset, .size = size};
}

std::optional<Extent> FreeExtents::take(std::int64_t size) {
  ASSAY_CHECK_GT(size, 0, "something is taken");
  const auto best = by_size_.lower_bound({size, 0});
  if (best == by_size_.end()) return std::nullopt;
  return cut(by_offset_.find(best->second), size);
}

std::optional<Extent> FreeExtents::take_at_most(std::int64_t size) {
  if (free_ == 0) return std::nullopt;
  return take(std::min(size, largest()));
}

void FreeExtents::put(const Extent& extent) {
  ASSAY_CHECK(extent.offset >= 0 && extent.size > 0 && extent.offset + extent.size <= size_,
              "what comes back lies on the line");
  Extent merged = extent;
  auto next = by_offset_.upper_bound(extent.offset);
  if (next != by_offset_.begin()) {
    const auto before = std::prev(next);
    ASSAY_CHECK_LE(before->first + before->second, extent.offset, "what comes back was taken");
    if (before->first + before->second == extent.offset) {
      merged = {.offset = before->first, .size = before->second + extent.size};
      erase(before);
    }
  }
  if (next != by_offset_.end()) {
    ASSAY_CHECK_LE(extent.offset + extent.size, next->first, "what comes back was taken");
    if (extent.offset + extent.size == next->first) {
      merged.size += next->second;
      erase(next);
    }
  }
  insert(merged.offset, merged.size);
  free_ += extent.size;
}

}  // namespace assay::djinn
