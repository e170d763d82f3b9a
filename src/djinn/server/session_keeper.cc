// SPDX-License-Identifier: MIT
#include "djinn/server/session_keeper.h"

#include <algorithm>

#include "djinn/server/drawn.h"

namespace assay::djinn {
namespace {

SessionHandle handle_of(SessionId id) {
  return {.index = id.index, .generation = id.generation};
}

SessionId id_of(SessionHandle handle) {
  return {.index = handle.index, .generation = handle.generation};
}

AdmissionOptions admission_options(DeviceMemory& memory, const SessionKeeperOptions& options,
                                   bool swaps) {
  const DataUse use = memory.sessions().memory().use();
  return {.device = Bytes(use.reserved.count() - use.unusable.count()),
          .host = memory.options().host,
          .swaps = swaps,
          .queue_max = options.queue_max,
          .quota = options.quota};
}

VerdictMessage refusal(const Verdict& verdict, Bytes reserved, Bytes capacity) {
  return {.admission = Admission::kRejected,
          .reason = format("{}: the session would reserve {}, the server has {} in all",
                           to_text(verdict.reason), to_text(reserved), to_text(capacity)),
          .retry_after = verdict.retry_after};
}

}  // namespace

Result<std::unique_ptr<SessionKeeper>> SessionKeeper::create(DeviceMemory& memory,
                                                             const SessionKeeperOptions& options,
                                                             const Clock& clock,
                                                             SessionEvents events) {
  ASSAY_TRY(auto policy, make_idle_policy(options.policy, options.policy_options));
  if (policy->swaps() && memory.options().host.count() == 0) {
    return Error::user(
        "the idle policy {} moves states to the host, and the host's pool is 0: "
        "give it a size, or choose the policy none",
        options.policy);
  }
  return std::unique_ptr<SessionKeeper>(
      new SessionKeeper(memory, options, clock, std::move(events), std::move(policy)));
}

SessionKeeper::SessionKeeper(DeviceMemory& memory, const SessionKeeperOptions& options,
                             const Clock& clock, SessionEvents events,
                             std::unique_ptr<IdlePolicy> policy)
    : memory_(&memory),
      options_(options),
      clock_(&clock),
      events_(std::move(events)),
      policy_(std::move(policy)),
      book_(admission_options(memory, options, policy_->swaps())) {
  if (policy_->swaps()) mover_ = std::thread([this] { move_states(); });
}

SessionKeeper::~SessionKeeper() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  mover_wakes_.notify_all();
  if (mover_.joinable()) mover_.join();
}

Bytes SessionKeeper::worst_case(const StateLayout& layout) const {
  const DeviceMemoryOptions& memory = memory_->options();
  if (memory.layout == DataLayout::kContiguous) return memory.arena_size;
  return Bytes(tensor::round_up(layout.size().count(), memory.block_size.count()));
}

bool SessionKeeper::wait_for_change(Lock& lock, Nanoseconds until) {
  tell_mover();
  const Nanoseconds left = until - clock_->now();
  if (left <= Nanoseconds(0)) return false;
  // A notice may get lost in the time between; half a second is not noticed where a second is
  // waited for.
  changed_.wait_for(lock, std::min(left, Nanoseconds(500ms)));
  return true;
}

void SessionKeeper::tell_mover() {
  if (!policy_->swaps()) return;
  mover_has_news_ = true;
  mover_wakes_.notify_one();
}

Served<SessionId> SessionKeeper::open_in_store(Lock& lock, const StateLayout& layout) {
  const Nanoseconds until = clock_->now() + options_.patience;
  while (true) {
    const auto opened = store().open(layout);
    if (opened) return *opened;
    const bool may_come = opened.error().reason == RefusalReason::kDeviceFull && policy_->swaps();
    if (!may_come) return opened.error();
    const std::int64_t wanted = worst_case(layout).count();
    wanted_ += wanted;
    const bool goes_on = wait_for_change(lock, until);
    wanted_ -= wanted;
    if (!goes_on) return opened.error();
  }
}

Served<VerdictMessage> SessionKeeper::open(const WaitingOpen& wish) {
  Lock lock(mutex_);
  const Bytes reserved = worst_case(wish.layout);
  if (memory_->options().layout == DataLayout::kContiguous && wish.layout.size() > reserved) {
    const auto refused = store().open(wish.layout);  // Says why: the bound of an arena.
    ASSAY_CHECK(!refused.has_value(), "what is larger than an arena does not fit one");
    return VerdictMessage{.admission = Admission::kRejected, .reason = refused.error().message};
  }
  const Verdict verdict = book_.ask(clock_->now(), {.tenant = wish.tenant,
                                                    .qos = wish.message.qos,
                                                    .reserved = reserved,
                                                    .may_queue = wish.message.may_queue});
  switch (verdict.admission) {
    case Admission::kRejected:
      return refusal(verdict, reserved, book_.capacity());
    case Admission::kQueued:
      waiting_.emplace(verdict.reservation, wish);
      return VerdictMessage{.admission = Admission::kQueued,
                            .position = static_cast<std::uint32_t>(verdict.position),
                            .eta = verdict.eta};
    case Admission::kAdmitted:
      return admit(lock, wish, verdict.reservation);
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return Failure(ErrorCode::kInternal, "");
}

Served<VerdictMessage> SessionKeeper::admit(Lock& lock, const WaitingOpen& wish,
                                            ReservationId reservation) {
  const auto opened = open_in_store(lock, wish.layout);
  const auto capability = draw_capability();
  if (!opened || !capability) {
    if (opened) std::ignore = store().close(*opened);
    book_.release(clock_->now(), reservation);
    if (!opened) return opened.error();
    return capability.error();
  }
  auto session = std::make_unique<KeptSession>();
  session->id = *opened;
  session->capability = *capability;
  session->model = wish.model;
  session->rows = wish.layout.rows();
  session->capacity = wish.layout.capacity();
  session->qos = wish.message.qos;
  session->reservation = reservation;
  session->reserved = worst_case(wish.layout);
  session->owner = wish.connection;
  session->lengths.assign(static_cast<std::size_t>(session->rows), 0);
  session->phase = SessionPhase(clock_->now());
  session->used_last = clock_->now();
  const VerdictMessage verdict{
      .admission = Admission::kAdmitted,
      .session = handle_of(*opened),
      .capability = *capability,
      .reserved_bytes = static_cast<std::uint64_t>(session->reserved.count())};
  sessions_[*opened] = std::move(session);
  return verdict;
}

Served<KeptSession*> SessionKeeper::find(ConnectionId connection, SessionHandle handle) {
  const auto at = sessions_.find(id_of(handle));
  if (at == sessions_.end()) {
    const auto facts = store().facts(id_of(handle));  // Says whether there ever was one.
    if (!facts) return facts.error();
    return Failure(ErrorCode::kStateLost, "the session is being closed: open a new one");
  }
  KeptSession& session = *at->second;
  if (session.owner != connection) {
    return Failure(ErrorCode::kUnauthorised,
                   "the session belongs to another connection: resume it by its capability");
  }
  if (session.is_lost) {
    return Failure(ErrorCode::kStateLost,
                   "the state of the session came back damaged: close it and open a new one");
  }
  return &session;
}

Served<ResumedSessionMessage> SessionKeeper::resume(ConnectionId connection,
                                                    const Capability& capability) {
  const std::scoped_lock lock(mutex_);
  KeptSession* found = nullptr;
  for (auto& [id, session] : sessions_) {  // All of them, whichever it is.
    if (equal_in_constant_time(session->capability.bytes, capability.bytes)) found = session.get();
  }
  if (found == nullptr) {
    return Failure(ErrorCode::kNotFound,
                   "no session has this capability: it was closed, or its lease is over");
  }
  found->owner = connection;
  found->requests = 0;  // Those of another connection are void.
  found->asked.reset();
  return ResumedSessionMessage{
      .session = handle_of(found->id),
      .sequence = found->sequence,
      .tokens_held = static_cast<std::uint64_t>(std::ranges::max(found->lengths))};
}

void SessionKeeper::erase(Lock& lock, SessionId id) {
  const auto at = sessions_.find(id);
  const std::unique_ptr<KeptSession> session = std::move(at->second);
  sessions_.erase(at);
  while (true) {  // A copy under way ends first, or leaves off between two pieces.
    const auto closed = store().close(id);
    if (closed) break;
    ASSAY_CHECK(closed.error().reason == RefusalReason::kBusy, "only a copy keeps a session");
    changed_.wait(lock);
  }
  book_.release(clock_->now(), session->reservation);
  admit_waiting(lock);
  tell_mover();
}

void SessionKeeper::admit_waiting(Lock& lock) {
  for (const ReservationId id : book_.admit_waiting(clock_->now())) {
    const auto at = waiting_.find(id);
    ASSAY_CHECK(at != waiting_.end(), "who waits in the book waits here");
    const WaitingOpen wish = std::move(at->second);
    waiting_.erase(at);
    events_.on_admitted(wish, admit(lock, wish, id));
  }
}

Served<Done> SessionKeeper::close(ConnectionId connection, SessionHandle handle) {
  Lock lock(mutex_);
  const auto at = sessions_.find(id_of(handle));
  const bool is_own_and_lost =
      at != sessions_.end() && at->second->is_lost && at->second->owner == connection;
  if (!is_own_and_lost) ASSAY_TRY_VOID(find(connection, handle));
  if (at->second->is_begun) {
    return Failure(ErrorCode::kOverloaded, "a request of the session is under way: cancel it first",
                   Nanoseconds(20ms));
  }
  erase(lock, id_of(handle));
  return Done{};
}

Served<Done> SessionKeeper::signal(ConnectionId connection, SessionHandle handle,
                                   const SignalPhaseMessage& message) {
  const std::scoped_lock lock(mutex_);
  ASSAY_TRY(KeptSession* const session, find(connection, handle));
  session->phase.signal(clock_->now(), message.phase, message.estimate);
  tell_mover();
  return Done{};
}

void SessionKeeper::detach_all_of(ConnectionId connection) {
  Lock lock(mutex_);
  for (auto& [id, session] : sessions_) {
    if (session->owner != connection) continue;
    session->owner = kNobody;
    session->lease_end = clock_->now() + options_.lease;
  }
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->second.connection != connection) {
      ++at;
      continue;
    }
    book_.release(clock_->now(), at->first);
    at = waiting_.erase(at);
  }
  admit_waiting(lock);
}

std::optional<Nanoseconds> SessionKeeper::expire() {
  Lock lock(mutex_);
  const auto is_nobodys = [](const auto& entry) {
    return entry.second->owner == kNobody && !entry.second->asked && !entry.second->is_begun;
  };
  const auto is_over = [&](const auto& entry) {
    return is_nobodys(entry) && entry.second->lease_end <= clock_->now();
  };
  auto over = std::ranges::find_if(sessions_, is_over);
  for (; over != sessions_.end(); over = std::ranges::find_if(sessions_, is_over))
    erase(lock, over->first);  // Others may come and go meanwhile.
  std::optional<Nanoseconds> next;
  for (const auto& entry : sessions_) {
    if (!is_nobodys(entry)) continue;
    const Nanoseconds left = entry.second->lease_end - clock_->now();
    next = next ? std::min(*next, left) : left;
  }
  return next;
}

}  // namespace assay::djinn
