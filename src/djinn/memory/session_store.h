// SPDX-License-Identifier: MIT
// The states of all sessions: which tokens are on the device, which of them are also in the host's
// memory, and what may happen to them next.
//
//   resident, dirty --clean--> resident, clean --drop--> host only --restore--> resident, clean
//          ^--------append--------'
//
// Keys and values are only ever appended, so "dirty" is a watermark of each row: cleaning copies
// what lies above it and nothing twice. A pinned session (an operation uses it) never leaves the
// device; cleaning it meanwhile is fine, because new tokens lie behind those that are copied.
// Nothing is ever lost silently: what cannot be done is refused and changes nothing. Not
// thread-safe, except that CopyWork may run anywhere between its begin and its finish.
//
//   ASSAY_TRY(const SessionId session, store.open(layout));
//   ASSAY_TRY_VOID(store.prepare_append(session, {1}));      // memory for the token
//   executable.run(... store.states(session) ...);
//   store.commit_append(session, {1});
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "djinn/memory/block_pool.h"
#include "djinn/memory/copy_work.h"
#include "djinn/memory/memory_report.h"
#include "djinn/memory/session_memory.h"

namespace assay::djinn {

enum class Residence : std::uint8_t { kDirty, kClean, kHostOnly, kRestoring };
std::string_view to_text(Residence residence);  ///< "dirty", "clean", "host only", "restoring"

struct SessionFacts {
  Residence residence = Residence::kClean;
  int pins = 0;
  bool is_busy = false;  ///< A copy is under way.
  Lengths lengths;
  Bytes used;   ///< Of its tokens.
  Bytes dirty;  ///< Of those that are nowhere but on the device.
  Bytes held;   ///< Of the device.
  Bytes host;   ///< Of the host's pool.
};

struct SessionStoreOptions {
  bool verifies_restores = false;  ///< A checksum of every block that went out and came back.
};

class SessionStore {
 public:
  /// Without a host pool nothing can be cleaned: every wish to do so is kHostFull.
  SessionStore(std::unique_ptr<SessionMemory> memory, std::unique_ptr<BlockPool> host,
               const SessionStoreOptions& options);

  Outcome<SessionId> open(const StateLayout& layout);
  Outcome<Done> close(SessionId id);

  /// Memory for so many more tokens of each row, all or nothing.
  Outcome<Done> prepare_append(SessionId id, const Lengths& counts);
  /// The tokens are there. They were prepared, and the session was not dropped since.
  Outcome<Done> commit_append(SessionId id, const Lengths& counts);
  /// Forgets all but the first tokens of a row. Memory behind them goes back.
  Outcome<Done> truncate(SessionId id, std::int64_t row, std::int64_t length);
  /// Of a resident session; valid until it leaves the device.
  Outcome<std::vector<tensor::AnyView>> states(SessionId id);
  /// An operation begins, and ends, to use the session's memory.
  Outcome<Done> pin(SessionId id);
  Outcome<Done> unpin(SessionId id);

  /// Copies of dirty tokens to the host, as many as `at_most` bytes hold (at least one of a row).
  Outcome<CopyWork> begin_clean(SessionId id, Bytes at_most);
  Outcome<CopyWork> begin_restore(SessionId id);
  /// The copies are done. kCorrupt where a restore's checksums differ: the state is in the host's
  /// pool as before, for whatever it is worth.
  Outcome<Done> finish(CopyWork&& work);
  /// The copies are not wanted any more: all is as before they began.
  void abandon(CopyWork&& work);
  /// A clean session leaves the device, without a copy.
  Outcome<Done> drop(SessionId id);
  /// A resident session's copy leaves the host's pool.
  Outcome<Done> forget_copy(SessionId id);

  Outcome<SessionFacts> facts(SessionId id) const;
  std::vector<SessionId> sessions() const;
  /// Of the device, were these tokens appended.
  Outcome<Bytes> wanted(SessionId id, const Lengths& counts) const;
  const SessionMemory& memory() const { return *memory_; }
  /// The parts `data` and `host`, and all that is counted of sessions.
  MemoryReport report() const;
  /// A bug where anything does not agree with anything else.
  Result<void> check() const;

 private:
  struct Session {
    SessionId id;
    StateLayout layout;
    Lengths lengths;
    Lengths clean;                 ///< Tokens that are also on the host.
    Lengths prepared;              ///< Tokens that there is memory for.
    std::vector<BlockIndex> host;  ///< By place of the host's blocks; kNoBlock where none is.
    bool is_resident = true;
    std::optional<CopyDirection> copying = {};
    int pins = 0;
  };

  Outcome<Session*> find(SessionId id);
  Outcome<const Session*> find(SessionId id) const;
  Outcome<Session*> find_resident(SessionId id, std::string_view purpose);
  /// Counts it by its reason.
  Refusal refused(Refusal refusal) const;
  Lengths grown(const Session& session, const Lengths& counts) const;
  Outcome<Done> check_growth(const Session& session, const Lengths& counts) const;
  Outcome<Done> take_host_blocks(Session& session, const Lengths& until);
  void put_host_blocks_behind(Session& session, const Lengths& lengths);
  void add_copies(const Session& session, const Lengths& from, CopyWork& work) const;
  Outcome<Done> finish_restore(Session& session, const CopyWork& work);
  void stop_copying(Session& session);
  Session& copied_session(const CopyWork& work);
  Residence residence_of(const Session& session) const;
  std::int64_t host_blocks_of(const Session& session) const;
  Result<void> check_session(const Session& session) const;
  Result<void> check_host() const;

  std::unique_ptr<SessionMemory> memory_;
  std::unique_ptr<BlockPool> host_;
  SessionStoreOptions options_;
  std::vector<std::optional<Session>> sessions_;
  std::vector<std::uint32_t> generations_;  ///< Of every place that ever was.
  std::vector<std::uint32_t> vacant_;
  mutable SwapCounts counts_;
};

}  // namespace assay::djinn
