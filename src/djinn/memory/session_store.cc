// SPDX-License-Identifier: MIT
#include "djinn/memory/session_store.h"

#include <algorithm>

namespace assay::djinn {

std::string_view to_text(Residence residence) {
  switch (residence) {
    case Residence::kDirty:
      return "dirty";
    case Residence::kClean:
      return "clean";
    case Residence::kHostOnly:
      return "host only";
    case Residence::kRestoring:
      return "restoring";
  }
  return "?";  // Not reached: -Wswitch keeps the list complete.
}

SessionStore::SessionStore(std::unique_ptr<SessionMemory> memory, std::unique_ptr<BlockPool> host,
                           const SessionStoreOptions& options)
    : memory_(std::move(memory)), host_(std::move(host)), options_(options) {}

Refusal SessionStore::refused(Refusal refusal) const {
  ++counts_.refusals[static_cast<std::size_t>(refusal.reason)];
  return refusal;
}

Outcome<const SessionStore::Session*> SessionStore::find(SessionId id) const {
  if (id.index >= sessions_.size() || id.generation == 0 ||
      id.generation > generations_[id.index]) {
    return refused(Refusal::because(RefusalReason::kUnknownSession,
                                    "there is no session {}: open one", id.packed()));
  }
  const std::optional<Session>& session = sessions_[id.index];
  if (!session || session->id != id) {
    return refused(Refusal::because(RefusalReason::kStaleSession,
                                    "session {} was closed: open a new one", id.packed()));
  }
  return &*session;
}

Outcome<SessionStore::Session*> SessionStore::find(SessionId id) {
  ASSAY_TRY(const Session* const session, std::as_const(*this).find(id));
  return const_cast<Session*>(session);  // NOLINT: of this very object, which may change.
}

Outcome<SessionStore::Session*> SessionStore::find_resident(SessionId id,
                                                            std::string_view purpose) {
  ASSAY_TRY(Session* const session, find(id));
  if (session->copying == CopyDirection::kToDevice) {
    return refused(Refusal::because(RefusalReason::kBusy, "session {} is on its way back: {}",
                                    id.packed(), purpose));
  }
  if (!session->is_resident) {
    return refused(Refusal::because(RefusalReason::kNotResident,
                                    "session {} is in the host's memory: {}", id.packed(),
                                    purpose));
  }
  return session;
}

Residence SessionStore::residence_of(const Session& session) const {
  if (session.copying == CopyDirection::kToDevice) return Residence::kRestoring;
  if (!session.is_resident) return Residence::kHostOnly;
  return session.clean == session.lengths ? Residence::kClean : Residence::kDirty;
}

Outcome<SessionId> SessionStore::open(const StateLayout& layout) {
  const bool is_new_place = vacant_.empty();
  const auto index = is_new_place ? static_cast<std::uint32_t>(sessions_.size()) : vacant_.back();
  const std::uint32_t generation = is_new_place ? 1 : generations_[index] + 1;
  const SessionId id{.index = index, .generation = generation};
  const Lengths none(static_cast<std::size_t>(layout.rows()));
  if (const auto opened = memory_->open(id, layout); !opened) return refused(opened.error());
  if (const auto covered = memory_->cover(id, none); !covered) {
    memory_->close(id);
    return refused(covered.error());
  }
  if (is_new_place) {
    sessions_.emplace_back();
    generations_.push_back(generation);
  } else {
    vacant_.pop_back();
    generations_[index] = generation;
  }
  Session session{
      .id = id, .layout = layout, .lengths = none, .clean = none, .prepared = none, .host = {}};
  if (host_ != nullptr) {
    const std::int64_t block = host_->block_size();
    const std::int64_t places = (layout.size().count() + block - 1) / block;
    session.host.assign(static_cast<std::size_t>(places), kNoBlock);
  }
  sessions_[index] = std::move(session);
  return id;
}

Outcome<Done> SessionStore::close(SessionId id) {
  ASSAY_TRY(Session* const session, find(id));
  if (session->copying) {
    return refused(Refusal::because(RefusalReason::kBusy,
                                    "session {} is being copied: finish or abandon that first",
                                    id.packed()));
  }
  if (session->pins > 0) {
    return refused(Refusal::because(RefusalReason::kPinned, "session {} is in use", id.packed()));
  }
  put_host_blocks_behind(*session, Lengths(session->lengths.size()));
  memory_->close(id);
  sessions_[id.index].reset();
  // A place whose generations are used up is never given again.
  if (generations_[id.index] != UINT32_MAX) vacant_.push_back(id.index);
  return Done{};
}

Lengths SessionStore::grown(const Session& session, const Lengths& counts) const {
  Lengths lengths = session.lengths;
  for (std::size_t row = 0; row < lengths.size(); ++row)
    lengths[row] += counts[row];
  return lengths;
}

Outcome<Done> SessionStore::check_growth(const Session& session, const Lengths& counts) const {
  if (counts.size() != session.lengths.size()) {
    return refused(Refusal::because(RefusalReason::kOutOfCapacity,
                                    "tokens for {} rows, the session has {}", counts.size(),
                                    session.lengths.size()));
  }
  for (std::size_t row = 0; row < counts.size(); ++row) {
    const std::int64_t room = session.layout.capacity() - session.lengths[row];
    if (counts[row] < 0 || counts[row] > room) {
      return refused(
          Refusal::because(RefusalReason::kOutOfCapacity,
                           "row {} holds {} tokens and gets {} more: the session was opened for {}",
                           row, session.lengths[row], counts[row], session.layout.capacity()));
    }
  }
  return Done{};
}

Outcome<Done> SessionStore::prepare_append(SessionId id, const Lengths& counts) {
  ASSAY_TRY(Session* const session, find_resident(id, "restore it before appending"));
  ASSAY_TRY_VOID(check_growth(*session, counts));
  const Lengths lengths = grown(*session, counts);
  if (const auto covered = memory_->cover(id, lengths); !covered) return refused(covered.error());
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    session->prepared[row] = std::max(session->prepared[row], lengths[row]);
  }
  return Done{};
}

Outcome<Done> SessionStore::commit_append(SessionId id, const Lengths& counts) {
  ASSAY_TRY(Session* const session, find_resident(id, "nothing was prepared"));
  ASSAY_TRY_VOID(check_growth(*session, counts));
  const Lengths lengths = grown(*session, counts);
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    ASSAY_CHECK_LE(lengths[row], session->prepared[row], "tokens are prepared before they come");
  }
  counts_.appended = counts_.appended + session->layout.used(counts);
  session->lengths = lengths;
  return Done{};
}

Outcome<Done> SessionStore::truncate(SessionId id, std::int64_t row, std::int64_t length) {
  ASSAY_TRY(Session* const session, find(id));
  const auto at = static_cast<std::size_t>(row);
  if (row < 0 || at >= session->lengths.size() || length < 0 || length > session->lengths[at]) {
    return refused(Refusal::because(RefusalReason::kOutOfCapacity,
                                    "row {} of session {} cannot be cut to {} tokens", row,
                                    id.packed(), length));
  }
  // A copy under way reads what would be written anew; an operation under way, too.
  if (session->copying) {
    return refused(
        Refusal::because(RefusalReason::kBusy, "session {} is being copied", id.packed()));
  }
  if (session->pins > 0) {
    return refused(Refusal::because(RefusalReason::kPinned, "session {} is in use", id.packed()));
  }
  session->lengths[at] = length;
  session->clean[at] = std::min(session->clean[at], length);
  put_host_blocks_behind(*session, session->clean);
  if (session->is_resident) {
    session->prepared = session->lengths;
    memory_->uncover_behind(id, session->lengths);
  }
  return Done{};
}

Outcome<std::vector<tensor::AnyView>> SessionStore::states(SessionId id) {
  ASSAY_TRY(Session* const session, find_resident(id, "restore it before it is used"));
  return session->layout.views(memory_->base(id));
}

Outcome<Done> SessionStore::pin(SessionId id) {
  ASSAY_TRY(Session* const session, find_resident(id, "restore it before it is used"));
  ++session->pins;
  return Done{};
}

Outcome<Done> SessionStore::unpin(SessionId id) {
  ASSAY_TRY(Session* const session, find(id));
  ASSAY_CHECK_GT(session->pins, 0, "a session is let go as often as it was held");
  --session->pins;
  return Done{};
}

Outcome<SessionFacts> SessionStore::facts(SessionId id) const {
  ASSAY_TRY(const Session* const session, find(id));
  const Bytes used = session->layout.used(session->lengths);
  const Bytes clean = session->layout.used(session->clean);
  return SessionFacts{
      .residence = residence_of(*session),
      .pins = session->pins,
      .is_busy = session->copying.has_value(),
      .lengths = session->lengths,
      .used = used,
      .dirty = Bytes(used.count() - clean.count()),
      .held = memory_->held(id),
      .host = Bytes(host_ == nullptr ? 0 : host_blocks_of(*session) * host_->block_size())};
}

std::vector<SessionId> SessionStore::sessions() const {
  std::vector<SessionId> ids;
  for (const auto& session : sessions_) {
    if (session) ids.push_back(session->id);
  }
  return ids;
}

Outcome<Bytes> SessionStore::wanted(SessionId id, const Lengths& counts) const {
  ASSAY_TRY(const Session* const session, find(id));
  ASSAY_TRY_VOID(check_growth(*session, counts));
  return memory_->wanted(id, grown(*session, counts));
}

}  // namespace assay::djinn
