// SPDX-License-Identifier: MIT
// A copy of a session's state between the device and the host, as work that somebody does
// somewhere: the store says what goes where, a copying thread runs it (in pieces, if it has to stay
// out of the way of compute), the store is told when it is done. Nothing is locked while bytes
// move.
//
//   ASSAY_TRY(CopyWork work, store.begin_clean(session, Bytes(64 << 20)));
//   while (!work.is_done()) work.run(Bytes(1 << 20));
//   ASSAY_TRY_VOID(store.finish(std::move(work)));
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/units.h"
#include "djinn/memory/block_pool.h"
#include "djinn/memory/state_layout.h"

namespace assay::djinn {

enum class CopyDirection : std::uint8_t { kToHost, kToDevice };

class CopyWork {
 public:
  CopyWork(SessionId session, CopyDirection direction, Lengths until)
      : session_(session), direction_(direction), until_(std::move(until)) {}
  CopyWork(CopyWork&&) = default;
  CopyWork& operator=(CopyWork&&) = default;
  CopyWork(const CopyWork&) = delete;  // Work is done once.
  CopyWork& operator=(const CopyWork&) = delete;

  /// One more piece; pieces that continue one another become one.
  void add(const std::byte* from, std::byte* to, std::int64_t size);
  /// A block of the host whose checksum is wanted: compared with `crc` on the way to the device,
  /// taken on the way to the host.
  void add_check(BlockIndex block, std::span<const std::byte> bytes, std::uint32_t crc);

  /// Copies at most so much (at least something), from where the last call ended.
  void run(Bytes at_most);
  void run();  ///< To the end.

  bool is_done() const { return is_done_; }
  /// A checksum was not what it had been.
  bool is_corrupt() const { return is_corrupt_; }
  SessionId session() const { return session_; }
  CopyDirection direction() const { return direction_; }
  /// What each row holds on the other side once it is done.
  const Lengths& until() const { return until_; }
  Bytes size() const { return Bytes(size_); }
  /// Copied so far.
  Bytes moved() const { return Bytes(moved_); }
  std::size_t pieces() const { return copies_.size(); }

  struct Check {
    BlockIndex block = kNoBlock;
    std::span<const std::byte> bytes;
    std::uint32_t crc = 0;
  };
  const std::vector<Check>& checks() const { return checks_; }

 private:
  struct Copy {
    const std::byte* from = nullptr;
    std::byte* to = nullptr;
    std::int64_t size = 0;
  };
  void complete();

  SessionId session_;
  CopyDirection direction_;
  Lengths until_;
  std::vector<Copy> copies_;
  std::vector<Check> checks_;
  std::int64_t size_ = 0;
  std::int64_t moved_ = 0;
  std::size_t next_ = 0;        ///< The copy that is under way,
  std::int64_t next_from_ = 0;  ///< and how much of it is done.
  bool is_done_ = false;
  bool is_corrupt_ = false;
};

}  // namespace assay::djinn
