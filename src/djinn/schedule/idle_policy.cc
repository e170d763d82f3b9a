// SPDX-License-Identifier: MIT
#include "djinn/schedule/idle_policy.h"

#include <algorithm>

namespace assay::djinn {
namespace {

Nanoseconds time_of(Bytes bytes, double rate) {
  ASSAY_CHECK(rate > 0, "copies move at some rate");
  return Nanoseconds(static_cast<std::int64_t>(static_cast<double>(bytes.count()) / rate));
}

/// Sessions that may be on their way to the host at once: the copies share one path, and a session
/// that is half way gives nobody room.
constexpr std::int64_t kCleansMax = 2;

}  // namespace

std::string_view to_text(SwapKind kind) {
  switch (kind) {
    case SwapKind::kClean:
      return "clean";
    case SwapKind::kTidy:
      return "tidy";
    case SwapKind::kDrop:
      return "drop";
    case SwapKind::kRestore:
      return "restore";
  }
  return "?";  // Not reached: -Wswitch keeps the list complete.
}

Nanoseconds IdlePolicy::to_host_time(const IdleSession& session, const IdleView& view) {
  return time_of(session.dirty, view.to_host_rate);
}

Nanoseconds IdlePolicy::to_device_time(const IdleSession& session, const IdleView& view) {
  const bool is_here = session.residence != Residence::kHostOnly;
  return time_of(is_here ? session.held : session.restore, view.to_device_rate);
}

Nanoseconds IdlePolicy::sign_of_life(const IdleSession& session) {
  return std::max(session.used_last, session.phase.since());
}

bool IdlePolicy::has_announced_itself(const IdleSession& session) const {
  // COMPUTE that came after its last request: the next one is near.
  return heeds_signals() && !session.phase.is_waiting() &&
         session.phase.since() > session.used_last;
}

bool IdlePolicy::is_idle(const IdleSession& session) const {
  const bool is_here =
      session.residence == Residence::kClean || session.residence == Residence::kDirty;
  return is_here && !session.is_pinned && !session.asked && session.held > Bytes(0);
}

std::vector<SwapAction> IdlePolicy::decide(Nanoseconds now, const IdleView& view) const {
  std::vector<SwapAction> actions;
  std::int64_t free = view.free.count();
  const std::int64_t shortage = restore_who_asks(view, actions, free);
  send_away(now, view, shortage, actions);
  if (shortage == 0) {
    fetch_early(now, view, actions, free);
    if (tidies() && actions.empty() && !view.is_copying) tidy(now, view, actions);
  }
  return actions;
}

/// Restores in the order in which they were asked for; what is left of `free` is for others. The
/// answer is how much room is missing for the first that finds none, and for what is wanted beside.
std::int64_t IdlePolicy::restore_who_asks(const IdleView& view, std::vector<SwapAction>& actions,
                                          std::int64_t& free) const {
  std::vector<const IdleSession*> asking;
  for (const IdleSession& session : view.sessions) {
    const bool is_away = session.residence == Residence::kHostOnly && !session.is_busy;
    if (is_away && session.asked) asking.push_back(&session);
  }
  std::ranges::stable_sort(asking, {}, [](const IdleSession* session) { return *session->asked; });
  std::int64_t shortage = std::max<std::int64_t>(view.wanted.count(), 0);
  for (const IdleSession* session : asking) {
    // Nobody overtakes one who waits for room: the large would never get theirs.
    if (shortage > 0 || session->restore.count() > free) {
      shortage += session->restore.count();
      continue;
    }
    free -= session->restore.count();
    actions.push_back({SwapKind::kRestore, session->id});
  }
  return shortage == 0 ? 0 : std::max<std::int64_t>(shortage - free, 0);
}

void IdlePolicy::send_away(Nanoseconds now, const IdleView& view, std::int64_t shortage,
                           std::vector<SwapAction>& actions) const {
  struct Victim {
    const IdleSession* session;
    bool leaves_anyway;
    double score;
  };
  std::vector<Victim> victims;
  for (const IdleSession& session : view.sessions) {
    if (!is_idle(session)) continue;
    const auto leaves = leaves_at(now, session, view);
    const auto score = victim_score(now, session, view);
    const bool leaves_anyway = leaves && *leaves <= now;
    if (leaves_anyway || score) victims.push_back({&session, leaves_anyway, score.value_or(0)});
  }
  std::ranges::stable_sort(victims, [](const Victim& left, const Victim& right) {
    if (left.leaves_anyway != right.leaves_anyway) return left.leaves_anyway;
    return left.score > right.score;
  });
  std::int64_t host_free = view.host_free.count();
  std::int64_t cleaning = 0;
  for (const Victim& victim : victims) {
    const IdleSession& session = *victim.session;
    if (!victim.leaves_anyway && shortage <= 0) break;
    if (session.is_busy) {
      ++cleaning;  // It was chosen before, and is on its way.
    } else if (session.residence == Residence::kClean) {
      actions.push_back({SwapKind::kDrop, session.id});
    } else if (cleaning < kCleansMax && session.dirty.count() <= host_free) {
      host_free -= session.dirty.count();
      ++cleaning;
      actions.push_back({SwapKind::kClean, session.id});
    } else {
      continue;
    }
    shortage -= session.held.count();
  }
}

void IdlePolicy::fetch_early(Nanoseconds now, const IdleView& view,
                             std::vector<SwapAction>& actions, std::int64_t free) const {
  for (const IdleSession& session : view.sessions) {
    if (session.residence != Residence::kHostOnly || session.is_busy) continue;
    if (session.asked || session.restore.count() > free) continue;
    const auto fetched = fetched_at(now, session, view);
    if (!has_announced_itself(session) && (!fetched || *fetched > now)) continue;
    free -= session.restore.count();
    actions.push_back({SwapKind::kRestore, session.id});
  }
}

/// The one that will be idle longest: its bytes are the likeliest to be wanted gone.
void IdlePolicy::tidy(Nanoseconds now, const IdleView& view,
                      std::vector<SwapAction>& actions) const {
  const IdleSession* best = nullptr;
  for (const IdleSession& session : view.sessions) {
    if (!is_idle(session) || session.is_busy || session.dirty == Bytes(0)) continue;
    if (!session.phase.is_waiting() || session.dirty > view.host_free) continue;
    if (best == nullptr ||
        session.phase.predicted_resume(now) > best->phase.predicted_resume(now)) {
      best = &session;
    }
  }
  if (best != nullptr) actions.push_back({SwapKind::kTidy, best->id});
}

std::optional<Nanoseconds> IdlePolicy::next_decision(Nanoseconds now, const IdleView& view) const {
  std::optional<Nanoseconds> next;
  const auto consider = [&](const std::optional<Nanoseconds>& time) {
    if (time && *time > now && (!next || *time < *next)) next = time;
  };
  for (const IdleSession& session : view.sessions) {
    if (is_idle(session) && !session.is_busy) consider(leaves_at(now, session, view));
    if (session.residence == Residence::kHostOnly) consider(fetched_at(now, session, view));
    if (session.asked && !session.is_pinned) consider(reconsiders_at(session));
  }
  return next;
}

}  // namespace assay::djinn
