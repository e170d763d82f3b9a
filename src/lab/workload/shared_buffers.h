// SPDX-License-Identifier: MIT
// Memory that the arms of one trial share, by role ("a", "b", "output"). Sharing is what makes an
// A/A ratio 1.0000 instead of 0.95-1.04 (docs/concepts/pairs.md); what cannot be shared gets an
// offset drawn from the seed of the process, so that no layout is ever the layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.h"

namespace assay::workload {

class SharedBuffers {
 public:
  /// `layout_seed` is of the process: it decides the offset of every buffer.
  explicit SharedBuffers(std::uint64_t layout_seed);
  ~SharedBuffers();
  SharedBuffers(const SharedBuffers&) = delete;
  SharedBuffers& operator=(const SharedBuffers&) = delete;

  /// At least `size` bytes for `role`, zeroed when first made; a later request for more than an
  /// eighth above the first moves the role to a larger block with the same contents. Pointers that
  /// were handed out before stay valid, but are then no longer shared: ask for the largest first.
  /// 64-byte aligned plus a random multiple of 64 below a page; touched, so that it is resident.
  std::byte* get(std::string_view role, Bytes size);

  /// The same as numbers uniform in [-1, 1) that depend on `seed`, the role and the position only,
  /// written once: every arm reads the same inputs, whatever shape and strides it lays over them.
  std::span<float> random_floats(std::string_view role, std::int64_t count, std::uint64_t seed);

  /// Where the memory of `role` starts within its page: recorded as an observed factor.
  std::int64_t page_offset(std::string_view role) const;

  std::uint64_t layout_seed() const { return layout_seed_; }

 private:
  struct Block;
  std::uint64_t layout_seed_;
  std::map<std::string, std::unique_ptr<Block>, std::less<>> blocks_;
  std::vector<std::unique_ptr<Block>> outgrown_;
};

}  // namespace assay::workload
