// SPDX-License-Identifier: MIT
// An arena of a fixed size for every session. States that do not fit are refused, those that do
// waste the rest: that is what the ablation of arena sizes measures against pages.
#pragma once

#include <map>
#include <vector>

#include "djinn/memory/session_memory.h"

namespace assay::djinn {

class ContiguousMemory final : public SessionMemory {
 public:
  /// As many arenas of `arena_size` (rounded up to pages) as `size` holds; at least one.
  static Result<std::unique_ptr<SessionMemory>> create(Bytes size, Bytes arena_size);
  ~ContiguousMemory() override;

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
  static constexpr int kNoArena = -1;

  ContiguousMemory(Bytes size, Bytes arena_size) : size_(size), arena_size_(arena_size) {}

  Bytes size_;
  Bytes arena_size_;
  std::vector<Region> arenas_;  ///< Each ends at a page that nobody may touch.
  std::vector<int> free_;
  std::map<SessionId, int> arena_of_;
};

}  // namespace assay::djinn
