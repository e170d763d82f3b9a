// SPDX-License-Identifier: MIT
// Addresses for the whole capacity of every session, memory only for the tokens that are there:
// blocks of one pool are mapped into place as rows grow, so that the engine sees the dense tensors
// it always sees. Addresses without memory read as zeros and cannot be written; between sessions
// lie pages that cannot be touched at all.
//
// A block is a whole number of pages. Small blocks waste less (a session wastes part of a block in
// every head of every state), large ones need fewer mappings, of which a process may have some
// 65,000 (vm.max_map_count).
#pragma once

#include <map>
#include <vector>

#include "djinn/memory/block_pool.h"
#include "djinn/memory/session_memory.h"

namespace assay::djinn {

struct PagedOptions {
  Bytes size;
  Bytes block_size{std::int64_t{64} << 10U};
  std::int64_t mappings_max = 48'000;  ///< Of the process's 65,530; the rest is everybody else's.
};

class PagedMemory final : public SessionMemory {
 public:
  static Result<std::unique_ptr<SessionMemory>> create(const PagedOptions& options);
  ~PagedMemory() override;

  std::string describe() const override;
  Outcome<Done> open(SessionId session, const StateLayout& layout) override;
  void close(SessionId session) override;
  Outcome<Done> cover(SessionId session, const Lengths& lengths) override;
  void uncover_behind(SessionId session, const Lengths& lengths) override;
  void vacate(SessionId session) override;
  std::byte* base(SessionId session) const override;
  Bytes held(SessionId session) const override;
  Bytes wanted(SessionId session, const Lengths& lengths) const override;
  DataUse use() const override;
  Result<void> check() const override;

 private:
  /// The range of addresses of a session and what is mapped there.
  struct Range {
    StateLayout layout;
    std::byte* reserved = nullptr;  ///< With a page before and behind.
    std::size_t reserved_size = 0;
    std::byte* base = nullptr;
    std::vector<BlockIndex> blocks = {};  ///< By place; kNoBlock where there is none.
    std::int64_t held = 0;
    std::int64_t mappings = 0;
  };

  PagedMemory(std::unique_ptr<BlockPool> pool, std::int64_t mappings_max)
      : pool_(std::move(pool)), mappings_max_(mappings_max) {}
  std::vector<std::int32_t> missing_places(const Range& range, const Lengths& lengths) const;
  Outcome<Done> map_blocks(SessionId session, Range& range, const std::vector<std::int32_t>& places,
                           const std::vector<BlockIndex>& blocks);
  void put_back(Range& range, const std::vector<std::int32_t>& places);
  bool make_hole(const Range& range, std::int64_t place, std::int64_t count) const;
  void count_mappings(Range& range);

  std::unique_ptr<BlockPool> pool_;
  std::int64_t mappings_max_;
  std::int64_t mappings_ = 0;
  std::map<SessionId, Range> ranges_;
};

}  // namespace assay::djinn
