// SPDX-License-Identifier: MIT
// Memory cut into blocks of one size, taken and put back, never returned to the machine. The
// device's pool of paged states and the host's pool for what was swapped out are both one of these.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "djinn/memory/free_extents.h"
#include "djinn/memory/region.h"
#include "djinn/memory/session_id.h"

namespace assay::djinn {

using BlockIndex = std::int32_t;
inline constexpr BlockIndex kNoBlock = -1;

/// What is known of a block. It stands beside the bytes, not in them: states are dense.
struct BlockHeader {
  SessionId owner;          ///< Generation 0: free.
  std::int32_t place = -1;  ///< Which block of the owner's range of addresses it holds.
  std::uint32_t crc = 0;    ///< Of its bytes, where restores are verified.
};

class BlockPool {
 public:
  /// `block_size` is a multiple of the page, at least a block fits; a user error otherwise.
  static Result<std::unique_ptr<BlockPool>> create(Bytes size, Bytes block_size, RegionKind kind);
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  /// `count` blocks in as few runs as there can be, or none of them.
  std::optional<std::vector<BlockIndex>> take(std::int64_t count);
  void put(BlockIndex block);

  BlockHeader& header(BlockIndex block) { return headers_[static_cast<std::size_t>(block)]; }
  const BlockHeader& header(BlockIndex block) const {
    return headers_[static_cast<std::size_t>(block)];
  }
  std::span<std::byte> bytes(BlockIndex block) const {
    return region_.bytes().subspan(static_cast<std::size_t>(block * block_size_),
                                   static_cast<std::size_t>(block_size_));
  }
  std::int64_t block_size() const { return block_size_; }
  std::int64_t blocks() const { return static_cast<std::int64_t>(headers_.size()); }
  std::int64_t free_blocks() const { return free_.free(); }
  /// Of the region; a last part that is no whole block is never used.
  Bytes size() const { return region_.facts().size; }
  const RegionFacts& facts() const { return region_.facts(); }
  int descriptor() const { return region_.descriptor(); }

 private:
  BlockPool(Region region, std::int64_t block_size);

  Region region_;
  std::int64_t block_size_;
  std::vector<BlockHeader> headers_;
  FreeExtents free_;
};

}  // namespace assay::djinn
