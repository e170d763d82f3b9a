// SPDX-License-Identifier: MIT
// Which parts of a line of `size` units are free: taken best fit, neighbours merged when they come
// back, so that space really returns. Units are bytes of the text segment or blocks of a pool.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace assay::djinn {

struct Extent {
  std::int64_t offset = 0;
  std::int64_t size = 0;
  bool operator==(const Extent&) const = default;
};

class FreeExtents {
 public:
  explicit FreeExtents(std::int64_t size);

  /// The smallest free run that holds `size` > 0, from its beginning; none where no run does.
  std::optional<Extent> take(std::int64_t size);
  /// A run of `size` or, where there is none, of as much as is in one piece; none if nothing is
  /// free.
  std::optional<Extent> take_at_most(std::int64_t size);
  /// What was taken, or part of it.
  void put(const Extent& extent);

  std::int64_t free() const { return free_; }
  /// The most that take() can give.
  std::int64_t largest() const { return by_size_.empty() ? 0 : by_size_.rbegin()->first; }
  std::int64_t pieces() const { return static_cast<std::int64_t>(by_offset_.size()); }

 private:
  void insert(std::int64_t offset, std::int64_t size);
  void erase(std::map<std::int64_t, std::int64_t>::iterator at);
  Extent cut(std::map<std::int64_t, std::int64_t>::iterator at, std::int64_t size);

  std::int64_t size_;
  std::int64_t free_;
  std::map<std::int64_t, std::int64_t> by_offset_;           ///< Offset to size.
  std::set<std::pair<std::int64_t, std::int64_t>> by_size_;  ///< Size, then offset.
};

}  // namespace assay::djinn
