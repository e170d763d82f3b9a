// SPDX-License-Identifier: MIT
// The half of SessionKeeper that works on states: operations that use them and the thread that
// moves them.
#include <algorithm>

#include "djinn/server/session_keeper.h"

namespace assay::djinn {
namespace {

/// What is copied in the background before it is asked again whether it is still wanted.
constexpr Bytes kTidyAtMost{std::int64_t{4} << 20U};
constexpr Bytes kEverything{INT64_MAX / 4};
/// After which a client whose session found no room tries again.
constexpr Nanoseconds kAskAgain = 20ms;
/// Of a copy of a machine of today, for predictions until one was measured; bytes a nanosecond.
constexpr double kCopyRate = 4;

bool is_on_device(Residence residence) {
  return residence == Residence::kDirty || residence == Residence::kClean;
}

}  // namespace

bool SessionKeeper::request(ConnectionId connection, SessionHandle handle) {
  const std::scoped_lock lock(mutex_);
  const auto found = find(connection, handle);
  if (!found) return true;
  KeptSession& session = **found;
  const Nanoseconds now = clock_->now();
  session.phase.request(now);
  if (!session.asked) session.asked = now;
  ++session.requests;
  const auto facts = store().facts(session.id);
  ASSAY_CHECK(facts.has_value(), "a session that is kept is in the store");
  if (is_on_device(facts->residence)) return true;
  tell_mover();
  return false;
}

void SessionKeeper::end_request(KeptSession& session) {
  if (session.requests > 0) --session.requests;
  if (session.requests == 0) session.asked.reset();
  tell_mover();
}

void SessionKeeper::withdraw(ConnectionId connection, SessionHandle handle) {
  const std::scoped_lock lock(mutex_);
  const auto at = sessions_.find({.index = handle.index, .generation = handle.generation});
  if (at == sessions_.end()) return;
  const bool is_its_own = at->second->owner == connection || at->second->owner == kNobody;
  if (is_its_own) end_request(*at->second);
}

Served<KeptSession*> SessionKeeper::begin(ConnectionId connection, SessionHandle handle) {
  Lock lock(mutex_);
  ASSAY_TRY(KeptSession* const session, find(connection, handle));
  const auto facts = store().facts(session->id);
  ASSAY_CHECK(facts.has_value(), "a session that is kept is in the store");
  if (session->is_begun) {
    end_request(*session);
    return Failure(ErrorCode::kOverloaded, "another request of the session is under way",
                   kAskAgain);
  }
  if (!is_on_device(facts->residence) || !book_.start_computing(session->reservation)) {
    end_request(*session);
    return Failure(ErrorCode::kOverloaded, "no room for the state of the session came free in time",
                   kAskAgain);
  }
  const auto pinned = store().pin(session->id);
  ASSAY_CHECK(pinned.has_value(), "a state on the device can be pinned");
  session->is_begun = true;
  return session;
}

bool SessionKeeper::has_to_wait(SessionHandle handle) const {
  const std::scoped_lock lock(mutex_);
  const auto at = sessions_.find({.index = handle.index, .generation = handle.generation});
  if (at == sessions_.end() || at->second->is_begun) return false;
  const auto facts = store().facts(at->first);
  ASSAY_CHECK(facts.has_value(), "a session that is kept is in the store");
  return is_on_device(facts->residence) && !book_.may_compute(at->second->reservation);
}

void SessionKeeper::clear(KeptSession& session) {
  Lock lock(mutex_);
  const auto is_copied = [&] { return store().facts(session.id)->is_busy; };
  while (is_copied())  // Pinned meanwhile, so that it stays.
    changed_.wait(lock);
  const auto unpinned = store().unpin(session.id);
  truncate(lock, session, Lengths(session.lengths.size()));
  const auto pinned = store().pin(session.id);
  ASSAY_CHECK(unpinned && pinned, "what nobody copies is cut at once, and stays");
}

void SessionKeeper::truncate(Lock& lock, KeptSession& session, const Lengths& lengths) {
  for (std::size_t row = 0; row < session.lengths.size();) {
    const auto cut = store().truncate(session.id, static_cast<std::int64_t>(row), lengths[row]);
    if (cut) {
      session.lengths[row] = lengths[row];
      ++row;
      continue;
    }
    ASSAY_CHECK(cut.error().reason == RefusalReason::kBusy, "only a copy keeps tokens");
    changed_.wait(lock);
  }
}

Served<std::vector<tensor::AnyView>> SessionKeeper::prepare(KeptSession& session,
                                                            const Lengths& counts) {
  Lock lock(mutex_);
  const Nanoseconds until = clock_->now() + options_.room_patience;
  while (true) {
    const auto prepared = store().prepare_append(session.id, counts);
    if (prepared) break;
    const bool may_come = prepared.error().reason == RefusalReason::kDeviceFull && policy_->swaps();
    if (!may_come) return prepared.error();
    ASSAY_TRY(const Bytes wanted, store().wanted(session.id, counts));
    wanted_ += wanted.count();
    const bool goes_on = wait_for_change(lock, until);
    wanted_ -= wanted.count();
    if (!goes_on) return Failure(ErrorCode::kOverloaded, prepared.error().message, kAskAgain);
  }
  ASSAY_TRY(auto states, store().states(session.id));
  return states;
}

void SessionKeeper::commit(KeptSession& session, const Lengths& counts) {
  const std::scoped_lock lock(mutex_);
  const auto committed = store().commit_append(session.id, counts);
  ASSAY_CHECK(committed.has_value(), "tokens that were prepared are committed");
  for (std::size_t row = 0; row < counts.size(); ++row)
    session.lengths[row] += counts[row];
}

void SessionKeeper::remember(KeptSession& session, std::uint64_t sequence, const Answer& answer,
                             Nanoseconds took) {
  const std::scoped_lock lock(mutex_);
  session.sequence = sequence;
  session.last = answer;
  session.took_last = took;
}

void SessionKeeper::end(KeptSession& session, const std::optional<Lengths>& lengths_before) {
  Lock lock(mutex_);
  const auto unpinned = store().unpin(session.id);
  ASSAY_CHECK(unpinned.has_value(), "a session in use is not closed");
  if (lengths_before) truncate(lock, session, *lengths_before);
  session.is_begun = false;
  book_.stop_computing(session.reservation);
  session.used_last = clock_->now();
  end_request(session);
  changed_.notify_all();
}

IdleView SessionKeeper::view() const {
  const MemoryReport report = store().report();
  IdleView view{.free = report.data.free,
                .wanted = Bytes(wanted_),
                .host_free = report.host.free,
                .to_host_rate = kCopyRate,
                .to_device_rate = kCopyRate};
  for (const auto& [id, session] : sessions_) {
    const auto facts = store().facts(id);
    ASSAY_CHECK(facts.has_value(), "a session that is kept is in the store");
    const bool is_out = facts->residence == Residence::kHostOnly;
    view.sessions.push_back(
        {.id = id,
         .residence = facts->residence,
         .is_busy = facts->is_busy,
         .is_pinned = facts->pins > 0,
         .held = facts->held,
         .dirty = facts->dirty,
         .restore = is_out ? store().memory().wanted(id, facts->lengths) : Bytes(0),
         .asked = session->asked,
         .used_last = session->used_last,
         .phase = session->phase});
  }
  return view;
}

void SessionKeeper::copy(Lock& lock, Outcome<CopyWork> work) {
  if (!work) return;  // It changed its mind, or there is no room: the policy is asked again.
  lock.unlock();
  work->run();
  lock.lock();
  const SessionId id = work->session();
  const bool is_back = work->direction() == CopyDirection::kToDevice;
  const auto finished = store().finish(std::move(*work));
  const auto session = sessions_.find(id);
  if (!finished && session != sessions_.end()) session->second->is_lost = true;
  changed_.notify_all();
  if (is_back && events_.on_resident) events_.on_resident(id);
}

void SessionKeeper::execute(Lock& lock, const SwapAction& action) {
  switch (action.kind) {
    case SwapKind::kClean:
      return copy(lock, store().begin_clean(action.session, kEverything));
    case SwapKind::kTidy:
      return copy(lock, store().begin_clean(action.session, kTidyAtMost));
    case SwapKind::kRestore:
      return copy(lock, store().begin_restore(action.session));
    case SwapKind::kDrop:
      std::ignore = store().drop(action.session);  // Who is in use by now stays.
      changed_.notify_all();
      return;
  }
}

void SessionKeeper::move_states() {
  Lock lock(mutex_);
  while (!is_ending_) {
    mover_has_news_ = false;
    const Nanoseconds now = clock_->now();
    const IdleView seen = view();
    const std::vector<SwapAction> actions = policy_->decide(now, seen);
    if (!actions.empty()) {
      // One, because while its bytes move the world changes.
      const bool has_changed = [&] {
        const SwapCounts before = store().report().swap;
        execute(lock, actions.front());
        const SwapCounts after = store().report().swap;
        return before.cleans != after.cleans || before.restores != after.restores ||
               before.drops != after.drops;
      }();
      if (has_changed || mover_has_news_) continue;
    }
    const auto next = policy_->next_decision(now, seen);
    const Nanoseconds wait =
        next ? std::max(*next - clock_->now(), Nanoseconds(1ms)) : Nanoseconds(1h);
    if (!mover_has_news_ && !is_ending_) mover_wakes_.wait_for(lock, wait);
  }
}

void SessionKeeper::for_each(
    const std::function<void(const KeptSession&, const SessionFacts&)>& visit) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, session] : sessions_) {
    const auto facts = store().facts(id);
    ASSAY_CHECK(facts.has_value(), "a session that is kept is in the store");
    visit(*session, *facts);
  }
}

QosClass SessionKeeper::qos_of(SessionHandle handle) const {
  const std::scoped_lock lock(mutex_);
  const auto at = sessions_.find({.index = handle.index, .generation = handle.generation});
  return at == sessions_.end() ? QosClass::kInteractive : at->second->qos;
}

Nanoseconds SessionKeeper::predicted(SessionHandle handle) const {
  const std::scoped_lock lock(mutex_);
  const auto at = sessions_.find({.index = handle.index, .generation = handle.generation});
  return at == sessions_.end() ? Nanoseconds(1ms) : at->second->took_last;
}

std::int64_t SessionKeeper::waiting() const {
  const std::scoped_lock lock(mutex_);
  return book_.waiting();
}

Bytes SessionKeeper::reserved() const {
  const std::scoped_lock lock(mutex_);
  return book_.reserved();
}

}  // namespace assay::djinn
