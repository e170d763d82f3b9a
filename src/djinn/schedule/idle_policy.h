// SPDX-License-Identifier: MIT
// What happens to the state of sessions that do not compute just now. A policy sees all that there
// is to know as a plain value and answers with actions; it remembers nothing, so a test can ask it
// about any moment, and an executor that lost an action asks again. A session it says nothing about
// is kept as it is.
//
// What all policies share stands here: who waits for its state gets it back, first come first
// served and never past one for whom there is no room yet; a state leaves the device only once the
// host has all of it; who is pinned, or is being copied, stays. What they differ in are three
// answers: whom they send away unasked, whom they give up under pressure, and whom they fetch
// before it asks.
//
//   for (const SwapAction& action : policy->decide(now, view)) execute(action);
//   sleep_until(policy->next_decision(now, view));   // or until something happens
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "djinn/memory/session_store.h"
#include "djinn/schedule/session_phase.h"

namespace assay::djinn {

/// A session, as a policy sees it.
struct IdleSession {
  SessionId id;
  Residence residence = Residence::kClean;
  bool is_busy = false;    ///< A copy of it is under way.
  bool is_pinned = false;  ///< An operation uses it.
  Bytes held{};            ///< Of the device.
  Bytes dirty{};           ///< To be copied before it can leave.
  Bytes restore{};         ///< Of the device, to come back.
  /// When the oldest of its requests came that is not answered; none where it has none.
  std::optional<Nanoseconds> asked = {};
  Nanoseconds used_last{0};  ///< When its last request ended.
  SessionPhase phase{Nanoseconds(0)};
  std::optional<Nanoseconds> true_resume = {};  ///< For the oracle only: a simulation knows it.
};

struct IdleView {
  std::vector<IdleSession> sessions = {};
  Bytes free{};  ///< Of the device.
  /// By tokens and sessions to come that found no room: so much has to be free before anybody
  /// else is brought back.
  Bytes wanted{};
  Bytes host_free{};          ///< Of the host's pool.
  double to_host_rate = 1;    ///< Bytes a nanosecond.
  double to_device_rate = 1;  ///< The same.
  bool is_copying = false;    ///< Some copy is under way: there is no bandwidth to spare.
};

enum class SwapKind : std::uint8_t {
  kClean,    ///< Copy it to the host, for it is to leave.
  kTidy,     ///< The same in the background, some of it, while nobody else copies.
  kDrop,     ///< Let it leave: the host has all of it.
  kRestore,  ///< Bring it back.
};
std::string_view to_text(SwapKind kind);  ///< "clean", "tidy", "drop", "restore"

struct SwapAction {
  SwapKind kind;
  SessionId session;
  bool operator==(const SwapAction&) const = default;
};

class IdlePolicy {
 public:
  virtual ~IdlePolicy() = default;
  virtual std::string_view name() const = 0;
  /// Whether a session may be admitted that fits only if another leaves the device.
  virtual bool swaps() const { return true; }

  std::vector<SwapAction> decide(Nanoseconds now, const IdleView& view) const;
  /// When it may decide otherwise though nothing happened; none where only events change its mind.
  std::optional<Nanoseconds> next_decision(Nanoseconds now, const IdleView& view) const;

 protected:
  /// Time that a copy of the session to the host and back takes.
  static Nanoseconds to_host_time(const IdleSession& session, const IdleView& view);
  static Nanoseconds to_device_time(const IdleSession& session, const IdleView& view);
  /// When a request of it ended, or it signalled, for the last time.
  static Nanoseconds sign_of_life(const IdleSession& session);

 private:
  /// Optional. Sent away at this time, wanted or not; default: never.
  virtual std::optional<Nanoseconds> leaves_at(Nanoseconds /*now*/, const IdleSession& /*session*/,
                                               const IdleView& /*view*/) const {
    return std::nullopt;
  }
  /// Optional. How gladly it is given up when others need its room, the highest first; default: not
  /// at all.
  virtual std::optional<double> victim_score(Nanoseconds /*now*/, const IdleSession& /*session*/,
                                             const IdleView& /*view*/) const {
    return std::nullopt;
  }
  /// Optional. Brought back at this time if there is room to spare; default: when it asks.
  virtual std::optional<Nanoseconds> fetched_at(Nanoseconds /*now*/, const IdleSession& /*session*/,
                                                const IdleView& /*view*/) const {
    return std::nullopt;
  }
  /// Optional. When it thinks anew of the one that waits for room; default: only when something
  /// happens.
  virtual std::optional<Nanoseconds> reconsiders_at(const IdleSession& /*waiting*/) const {
    return std::nullopt;
  }
  /// Optional. Whether COMPUTE, before its request comes, brings a session back into room to spare;
  /// default: no. Into nobody else's: two that announce themselves would send one another away.
  virtual bool heeds_signals() const { return false; }
  /// Optional. Whether idle sessions are cleaned before anybody needs their room; default: no.
  virtual bool tidies() const { return false; }

  bool is_idle(const IdleSession& session) const;
  bool has_announced_itself(const IdleSession& session) const;
  std::int64_t restore_who_asks(const IdleView& view, std::vector<SwapAction>& actions,
                                std::int64_t& free) const;
  void send_away(Nanoseconds now, const IdleView& view, std::int64_t shortage,
                 std::vector<SwapAction>& actions) const;
  void fetch_early(Nanoseconds now, const IdleView& view, std::vector<SwapAction>& actions,
                   std::int64_t free) const;
  void tidy(Nanoseconds now, const IdleView& view, std::vector<SwapAction>& actions) const;
};

}  // namespace assay::djinn
