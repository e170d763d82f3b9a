// SPDX-License-Identifier: MIT
// The half of SessionStore that moves states between the device and the host, and its books.
#include <algorithm>

#include "core/crc32c.h"
#include "djinn/memory/session_store.h"

namespace assay::djinn {

Outcome<Done> SessionStore::take_host_blocks(Session& session, const Lengths& until) {
  std::vector<std::int64_t> places;
  if (host_ != nullptr) {
    session.layout.for_each_block(session.clean, until, host_->block_size(),
                                  [&](std::int64_t place) {
                                    if (session.host[static_cast<std::size_t>(place)] == kNoBlock)
                                      places.push_back(place);
                                  });
  }
  const auto blocks =
      host_ == nullptr ? std::nullopt : host_->take(static_cast<std::int64_t>(places.size()));
  if (!blocks) {
    return refused(Refusal::because(
        RefusalReason::kHostFull,
        "the state of session {} needs {} blocks of the host's pool and {} are free: a session has "
        "to be closed, or start the server with a larger pool",
        session.id.packed(), places.size(), host_ == nullptr ? 0 : host_->free_blocks()));
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    session.host[static_cast<std::size_t>(places[i])] = (*blocks)[i];
    host_->header((*blocks)[i]) = {.owner = session.id,
                                   .place = static_cast<std::int32_t>(places[i])};
  }
  return Done{};
}

void SessionStore::put_host_blocks_behind(Session& session, const Lengths& lengths) {
  if (host_ == nullptr) return;
  std::vector<bool> is_needed(session.host.size());
  session.layout.for_each_block(
      Lengths(lengths.size()), lengths, host_->block_size(),
      [&](std::int64_t place) { is_needed[static_cast<std::size_t>(place)] = true; });
  for (std::size_t place = 0; place < session.host.size(); ++place) {
    BlockIndex& block = session.host[place];
    if (block == kNoBlock || is_needed[place]) continue;
    host_->put(block);
    block = kNoBlock;
  }
}

void SessionStore::add_copies(const Session& session, const Lengths& from, CopyWork& work) const {
  if (host_ == nullptr) return;  // Then there is nothing to copy: no host block could be taken.
  const std::int64_t block_size = host_->block_size();
  std::byte* const device = memory_->base(session.id);
  session.layout.for_each_run(from, work.until(), [&](std::int64_t offset, std::int64_t size) {
    while (size > 0) {
      const auto place = static_cast<std::size_t>(offset / block_size);
      const std::int64_t within = offset % block_size;
      const std::int64_t part = std::min(size, block_size - within);
      std::byte* const host = host_->bytes(session.host[place]).data() + within;
      const bool is_out = work.direction() == CopyDirection::kToHost;
      work.add(is_out ? device + offset : host, is_out ? host : device + offset, part);
      offset += part;
      size -= part;
    }
  });
  if (!options_.verifies_restores) return;
  session.layout.for_each_block(from, work.until(), block_size, [&](std::int64_t place) {
    const BlockIndex block = session.host[static_cast<std::size_t>(place)];
    work.add_check(block, host_->bytes(block), host_->header(block).crc);
  });
}

Outcome<CopyWork> SessionStore::begin_clean(SessionId id, Bytes at_most) {
  ASSAY_TRY(Session* const session, find_resident(id, "there is nothing to clean"));
  if (session->copying) {
    return refused(
        Refusal::because(RefusalReason::kBusy, "session {} is being cleaned", id.packed()));
  }
  const std::int64_t token = session->layout.token_size().count();
  std::int64_t tokens = std::max<std::int64_t>(at_most.count() / token, 1);
  Lengths until = session->clean;
  for (std::size_t row = 0; row < until.size(); ++row) {
    const std::int64_t count = std::min(tokens, session->lengths[row] - until[row]);
    until[row] += count;
    tokens -= count;
  }
  CopyWork work(id, CopyDirection::kToHost, until);
  if (until != session->clean) ASSAY_TRY_VOID(take_host_blocks(*session, until));
  add_copies(*session, session->clean, work);
  session->copying = CopyDirection::kToHost;
  return work;
}

Outcome<CopyWork> SessionStore::begin_restore(SessionId id) {
  ASSAY_TRY(Session* const session, find(id));
  if (session->copying) {
    return refused(
        Refusal::because(RefusalReason::kBusy, "session {} is being copied", id.packed()));
  }
  if (session->is_resident) {
    return refused(
        Refusal::because(RefusalReason::kNotHostOnly, "session {} is on the device", id.packed()));
  }
  if (const auto covered = memory_->cover(id, session->lengths); !covered) {
    return refused(covered.error());
  }
  session->prepared = session->lengths;
  CopyWork work(id, CopyDirection::kToDevice, session->lengths);
  add_copies(*session, Lengths(session->lengths.size()), work);
  session->copying = CopyDirection::kToDevice;
  return work;
}

SessionStore::Session& SessionStore::copied_session(const CopyWork& work) {
  const auto session = find(work.session());
  ASSAY_CHECK(session.has_value(), "a session is not closed while it is copied");
  ASSAY_CHECK((*session)->copying == work.direction(), "work is finished or abandoned once");
  return **session;
}

Outcome<Done> SessionStore::finish(CopyWork&& work) {
  Session& session = copied_session(work);
  ASSAY_CHECK(work.is_done(), "work is finished when it is done");
  if (work.direction() == CopyDirection::kToDevice) return finish_restore(session, work);
  for (const CopyWork::Check& check : work.checks())
    host_->header(check.block).crc = check.crc;
  session.copying.reset();
  session.clean = work.until();
  counts_.to_host = counts_.to_host + work.moved();
  ++counts_.cleans;
  return Done{};
}

Outcome<Done> SessionStore::finish_restore(Session& session, const CopyWork& work) {
  session.copying.reset();
  counts_.to_device = counts_.to_device + work.moved();
  if (work.is_corrupt()) {
    memory_->vacate(session.id);
    ++counts_.corrupt;
    return refused(Refusal::because(RefusalReason::kCorrupt,
                                    "session {} came back with other bytes than it left with: its "
                                    "state is lost, close it",
                                    session.id.packed()));
  }
  session.is_resident = true;
  ++counts_.restores;
  return Done{};
}

void SessionStore::abandon(CopyWork&& work) {
  Session& session = copied_session(work);
  session.copying.reset();
  ++counts_.abandoned;
  if (work.direction() == CopyDirection::kToDevice) {
    counts_.to_device = counts_.to_device + work.moved();
    memory_->vacate(session.id);
  } else {
    counts_.to_host = counts_.to_host + work.moved();
    // What was copied lies behind the watermark, in a block that may also hold what lies before it.
    for (const CopyWork::Check& check : work.checks()) {
      host_->header(check.block).crc = crc32c(check.bytes);
    }
    put_host_blocks_behind(session, session.clean);
  }
}

Outcome<Done> SessionStore::drop(SessionId id) {
  ASSAY_TRY(Session* const session, find_resident(id, "it left the device already"));
  if (session->copying) {
    return refused(
        Refusal::because(RefusalReason::kBusy, "session {} is being cleaned", id.packed()));
  }
  if (session->pins > 0) {
    return refused(Refusal::because(RefusalReason::kPinned, "session {} is in use", id.packed()));
  }
  if (session->clean != session->lengths) {
    return refused(Refusal::because(RefusalReason::kNotClean,
                                    "session {} has tokens that are nowhere else: clean it first",
                                    id.packed()));
  }
  memory_->vacate(id);
  session->is_resident = false;
  session->prepared.assign(session->prepared.size(), 0);
  counts_.dropped = counts_.dropped + session->layout.used(session->lengths);
  ++counts_.drops;
  return Done{};
}

Outcome<Done> SessionStore::forget_copy(SessionId id) {
  ASSAY_TRY(Session* const session, find_resident(id, "its copy is all there is"));
  if (session->copying) {
    return refused(
        Refusal::because(RefusalReason::kBusy, "session {} is being cleaned", id.packed()));
  }
  session->clean.assign(session->clean.size(), 0);
  put_host_blocks_behind(*session, session->clean);
  return Done{};
}

std::int64_t SessionStore::host_blocks_of(const Session& session) const {
  return std::ssize(session.host) - std::ranges::count(session.host, kNoBlock);
}

MemoryReport SessionStore::report() const {
  MemoryReport report;
  report.swap = counts_;
  std::int64_t held = 0, used = 0, clean = 0, host_used = 0;
  for (const auto& session : sessions_) {
    if (!session) continue;
    const Residence residence = residence_of(*session);
    report.sessions_dirty += residence == Residence::kDirty ? 1 : 0;
    report.sessions_clean += residence == Residence::kClean ? 1 : 0;
    report.sessions_host_only += residence == Residence::kHostOnly ? 1 : 0;
    report.sessions_restoring += residence == Residence::kRestoring ? 1 : 0;
    report.sessions_pinned += session->pins > 0 ? 1 : 0;
    const std::int64_t copied = session->layout.used(session->clean).count();
    host_used += copied;
    if (residence == Residence::kHostOnly) continue;
    held += memory_->held(session->id).count();
    used += session->layout.used(session->lengths).count();
    clean += copied;
  }
  const DataUse use = memory_->use();
  report.data = {.reserved = use.reserved,
                 .used = Bytes(used),
                 .waste_internal = Bytes(held - used),
                 .waste_external = use.unusable,
                 .free = use.free};
  report.dirty = Bytes(used - clean);
  report.clean = Bytes(clean);
  if (host_ != nullptr) {
    const std::int64_t block = host_->block_size();
    const std::int64_t taken = (host_->blocks() - host_->free_blocks()) * block;
    report.host = {.reserved = host_->size(),
                   .used = Bytes(host_used),
                   .waste_internal = Bytes(taken - host_used),
                   .waste_external = Bytes(host_->size().count() - host_->blocks() * block),
                   .free = Bytes(host_->free_blocks() * block)};
  }
  return report;
}

Result<void> SessionStore::check_session(const Session& session) const {
  const std::uint64_t name = session.id.packed();
  for (std::size_t row = 0; row < session.lengths.size(); ++row) {
    if (session.clean[row] < 0 || session.clean[row] > session.lengths[row] ||
        session.lengths[row] > session.layout.capacity()) {
      return Error::bug("session {} row {}: {} clean of {} tokens, capacity {}", name, row,
                        session.clean[row], session.lengths[row], session.layout.capacity());
    }
  }
  if (!session.is_resident && session.clean != session.lengths) {
    return Error::bug("session {} is nowhere complete", name);
  }
  const bool is_on_device = session.is_resident || session.copying == CopyDirection::kToDevice;
  if (is_on_device && memory_->wanted(session.id, session.prepared) != Bytes(0)) {
    return Error::bug("session {} has no memory for tokens it was promised", name);
  }
  if (!is_on_device && memory_->held(session.id) != Bytes(0)) {
    return Error::bug("session {} is on the host and holds memory of the device", name);
  }
  if (host_ == nullptr) return {};
  std::int64_t needed = 0;
  std::int64_t missing = 0;
  session.layout.for_each_block(
      Lengths(session.clean.size()), session.clean, host_->block_size(), [&](std::int64_t place) {
        ++needed;
        missing += session.host[static_cast<std::size_t>(place)] == kNoBlock ? 1 : 0;
      });
  const bool is_growing = session.copying == CopyDirection::kToHost;
  if (missing > 0 || (!is_growing && needed != host_blocks_of(session))) {
    return Error::bug("session {} needs {} host blocks, lacks {}, holds {}", name, needed, missing,
                      host_blocks_of(session));
  }
  return {};
}

Result<void> SessionStore::check_host() const {
  if (host_ == nullptr) return {};
  std::int64_t held = 0;
  for (const auto& session : sessions_) {
    if (!session) continue;
    for (std::size_t place = 0; place < session->host.size(); ++place) {
      const BlockIndex block = session->host[place];
      if (block == kNoBlock) continue;
      ++held;
      const BlockHeader& header = host_->header(block);
      if (header.owner != session->id || header.place != static_cast<std::int32_t>(place)) {
        return Error::bug("host block {} belongs to session {}, not {}", block,
                          header.owner.packed(), session->id.packed());
      }
    }
  }
  if (held + host_->free_blocks() != host_->blocks()) {
    return Error::bug("{} host blocks held and {} free are not {}", held, host_->free_blocks(),
                      host_->blocks());
  }
  return {};
}

Result<void> SessionStore::check() const {
  ASSAY_TRY_VOID(memory_->check());
  for (const auto& session : sessions_) {
    if (session) ASSAY_TRY_VOID(check_session(*session));
  }
  ASSAY_TRY_VOID(check_host());
  if (const auto wrong = imbalance(report())) return Error::bug("{}", *wrong);
  return {};
}

}  // namespace assay::djinn
