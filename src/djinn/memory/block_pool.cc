// SPDX-License-Identifier: MIT
#include "djinn/memory/block_pool.h"

#include <limits>

#include "djinn/memory/poison.h"

namespace assay::djinn {

Result<std::unique_ptr<BlockPool>> BlockPool::create(Bytes size, Bytes block_size,
                                                     RegionKind kind) {
  if (block_size.count() <= 0 || block_size.count() % page_size() != 0) {
    return Error::user("blocks of {} bytes: expected a multiple of a page, {} bytes",
                       block_size.count(), page_size());
  }
  if (size < block_size) {
    return Error::user("a pool of {} holds no block of {}", to_text(size), to_text(block_size));
  }
  if (size.count() / block_size.count() > std::numeric_limits<BlockIndex>::max()) {
    return Error::user("a pool of {} in blocks of {}: too many blocks, choose larger ones",
                       to_text(size), to_text(block_size));
  }
  ASSAY_TRY(Region region, Region::create(size, kind));
  return std::unique_ptr<BlockPool>(new BlockPool(std::move(region), block_size.count()));
}

BlockPool::BlockPool(Region region, std::int64_t block_size)
    : region_(std::move(region)),
      block_size_(block_size),
      headers_(region_.bytes().size() / static_cast<std::size_t>(block_size)),
      free_(static_cast<std::int64_t>(headers_.size())) {
  poison(region_.bytes());
}

BlockPool::~BlockPool() {
  unpoison(region_.bytes());  // The addresses will belong to somebody else.
}

std::optional<std::vector<BlockIndex>> BlockPool::take(std::int64_t count) {
  if (count > free_.free()) return std::nullopt;
  std::vector<BlockIndex> blocks;
  while (std::ssize(blocks) < count) {
    const auto run = free_.take_at_most(count - std::ssize(blocks));
    ASSAY_CHECK(run.has_value(), "as many blocks are free as were counted");
    for (std::int64_t i = 0; i < run->size; ++i) {
      const auto block = static_cast<BlockIndex>(run->offset + i);
      blocks.push_back(block);
      unpoison(bytes(block));
    }
  }
  return blocks;
}

void BlockPool::put(BlockIndex block) {
  ASSAY_CHECK(block >= 0 && block < blocks(), "a block is one of the pool");
  header(block) = {};
  poison(bytes(block));
  free_.put({.offset = block, .size = 1});
}

}  // namespace assay::djinn
