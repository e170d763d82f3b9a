// SPDX-License-Identifier: MIT
// Makes the caches cold by writing a buffer larger than the last level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/units.h"

namespace assay::measure {

class CacheFlusher {
 public:
  /// Nothing is allocated before the first flush.
  explicit CacheFlusher(Bytes size) : size_(size) {}

  /// Twice the last-level cache that a core can reach: some caches keep old lines for long.
  static CacheFlusher for_this_machine();

  /// Writes every cache line of the buffer. Never timed.
  void flush();

  Bytes size() const { return size_; }
  std::int64_t flushes() const { return flushes_; }

 private:
  Bytes size_;
  std::vector<std::byte> buffer_;
  std::int64_t flushes_ = 0;
};

}  // namespace assay::measure
