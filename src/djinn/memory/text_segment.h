// SPDX-License-Identifier: MIT
// Weights on the device: named by their content, there once however many models use them, read-only
// from the moment they are complete, gone when nobody uses them and somebody needs the room. Names
// live in spaces (one per tenant unless the server shares them), so that knowing a hash is not
// having the weights.
//
//   ASSAY_TRY(auto bytes, text.begin(key, Bytes(size)));   // write the weight into `bytes`
//   ASSAY_TRY_VOID(text.seal(key));                          // nobody can write it any more
//   ASSAY_TRY(auto weight, text.acquire(key));               // ... and text.release(key)
#pragma once

#include <array>
#include <compare>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "djinn/memory/free_extents.h"
#include "djinn/memory/memory_report.h"
#include "djinn/memory/region.h"

namespace assay::djinn {

struct WeightKey {
  std::string space;
  std::array<std::byte, 32> content{};
  auto operator<=>(const WeightKey&) const = default;
};

struct TextCounts {
  std::int64_t weights = 0;
  std::int64_t sealed = 0;
  std::int64_t in_use = 0;  ///< Referred to at least once.
  std::int64_t evicted = 0;
  std::int64_t found = 0;  ///< acquire() that had its weight.
};

class TextSegment {
 public:
  static Result<std::unique_ptr<TextSegment>> create(Bytes size);
  ~TextSegment();
  TextSegment(const TextSegment&) = delete;
  TextSegment& operator=(const TextSegment&) = delete;

  /// Zeroed memory for a weight, writable until it is sealed. Unused weights are evicted, those
  /// longest unused first, if that makes room. kAlreadySealed where it is there (or being written).
  Outcome<std::span<std::byte>> begin(const WeightKey& key, Bytes size);
  /// Again the memory of a weight that is being written: its bytes may come in several messages.
  Outcome<std::span<std::byte>> writable(const WeightKey& key);
  Outcome<Done> seal(const WeightKey& key);
  /// The weight was not completed: its memory goes back.
  Outcome<Done> abandon(const WeightKey& key);

  bool has(const WeightKey& key) const;  ///< Sealed and here.
  /// Keeps it here until it is released as often.
  Outcome<std::span<const std::byte>> acquire(const WeightKey& key);
  Outcome<Done> release(const WeightKey& key);
  /// Leaves at once, not only when its room is needed; false where it is in use, or not here.
  bool drop(const WeightKey& key);

  /// Room for what the device holds elsewhere of its own accord (weights that a backend packed):
  /// counted here, and the pages behind it are the machine's until it is given back.
  Outcome<Done> lend(const WeightKey& key, Bytes size);
  Outcome<Done> give_back(const WeightKey& key);

  TextCounts counts() const;
  SegmentReport report() const;
  const RegionFacts& facts() const { return region_.facts(); }

 private:
  enum class State : std::uint8_t { kWriting, kSealed, kLent };
  struct Entry {
    Extent extent;  ///< Whole pages.
    std::int64_t size = 0;
    State state = State::kWriting;
    std::int64_t uses = 0;
    std::int64_t used_last = 0;  ///< By a count of uses, not by a clock.
  };
  using Entries = std::map<WeightKey, Entry>;

  explicit TextSegment(Region region);
  std::span<std::byte> bytes(const Extent& extent) const;
  Outcome<Extent> find_room(std::int64_t size);
  bool evict_longest_unused();
  void remove(Entries::iterator at);
  Outcome<Entries::iterator> find(const WeightKey& key, State state);

  Region region_;
  FreeExtents free_;
  Entries entries_;
  std::int64_t uses_so_far_ = 0;
  std::int64_t evicted_ = 0;
  std::int64_t found_ = 0;
};

}  // namespace assay::djinn
