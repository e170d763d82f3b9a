// SPDX-License-Identifier: MIT
// Memory that the arms of one trial share, by role ("a", "b", "output"). Sharing is what makes an
// A/A ratio 1.0000 instead of 0.95-1.04 (docs/concepts/pairs.md); what cannot be shared gets an
// offset drawn from the seed of the process, so that no layout is ever the layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/units.h"

namespace assay::workload {

class SharedBuffers {
 public:
  /// `layout_seed` is of the process: it decides the offset of every buffer.
  explicit SharedBuffers(std::uint64_t layout_seed);
  ~SharedBuffers();
  SharedBuffers(const SharedBuffers&) = delete;
  SharedBuffers& operator=(const SharedBuffers&) = delete;

  /// At least `size` bytes for `role`, zeroed when first made; a later request for more moves the
  /// role to a larger block, so ask for the largest first or before anything is filled.
  /// 64-byte aligned plus a random multiple of 64 below a page; touched, so that it is resident.
  std::byte* get(std::string_view role, Bytes size);

  /// Where the memory of `role` starts within its page: recorded as an observed factor.
  std::int64_t page_offset(std::string_view role) const;

 private:
  struct Block;
  std::uint64_t layout_seed_;
  std::map<std::string, std::unique_ptr<Block>, std::less<>> blocks_;
};

}  // namespace assay::workload
