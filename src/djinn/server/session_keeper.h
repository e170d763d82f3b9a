// SPDX-License-Identifier: MIT
// The sessions of a server: who owns them, what they reserved, where their states are, and a thread
// that moves states between device and host as the idle policy says, while others compute. Safe
// from any thread; bytes move and models run without the lock.
//
//   ASSAY_TRY(KeptSession* session, keeper.begin(connection, handle));   // Resident and pinned.
//   ASSAY_TRY(auto states, keeper.prepare(*session, counts));
//   ... run ...
//   keeper.commit(*session, counts);
//   keeper.end(*session, lengths_before_if_it_failed);
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "djinn/memory/device_memory.h"
#include "djinn/schedule/admission.h"
#include "djinn/schedule/idle_policies.h"
#include "djinn/server/model_table.h"
#include "djinn/server/values.h"

namespace assay::djinn {

using ConnectionId = std::uint64_t;
inline constexpr ConnectionId kNobody = 0;

struct KeptSession {
  SessionId id;
  Capability capability;
  std::shared_ptr<const ServedModel> model;
  std::int64_t rows = 1;
  std::int64_t capacity = 0;
  QosClass qos = QosClass::kInteractive;
  ReservationId reservation = 0;
  Bytes reserved;
  ConnectionId owner = kNobody;     ///< Nobody: its connection broke, and its lease runs.
  Nanoseconds lease_end{0};         ///< Of a session of nobody.
  std::uint64_t sequence = 0;       ///< Of the last request that was done,
  std::optional<Answer> last = {};  ///< and what was answered.
  Lengths lengths;
  SessionPhase phase{Nanoseconds(0)};
  std::optional<Nanoseconds> asked = {};  ///< The oldest of its requests that are not done,
  std::int64_t requests = 0;              ///< and how many those are.
  Nanoseconds used_last{0};
  Nanoseconds took_last{0};  ///< Its last request, to predict the next.
  bool is_lost = false;      ///< Its state came back damaged.
  bool is_begun = false;     ///< An operation uses it.
};

/// A session that was asked for and has to wait: what to tell whom when there is room.
struct WaitingOpen {
  ConnectionId connection = kNobody;
  std::uint64_t request = 0;
  std::uint32_t stream = 0;
  std::string tenant;
  std::shared_ptr<const ServedModel> model;
  OpenSessionMessage message;
  StateLayout layout;
};

struct SessionKeeperOptions {
  std::string policy = "none";
  IdlePolicyOptions policy_options = {};
  Nanoseconds lease{30'000'000'000};
  /// How long an operation waits for room or for its state before it is refused.
  Nanoseconds patience{10'000'000'000};
  /// The same while the device waits with it: then it is undone, and asked again by the client.
  Nanoseconds room_patience{100'000'000};
  std::int64_t queue_max = 1'024;
  TenantQuota quota = {};
};

/// Called under the keeper's lock, from the thread by which it came about.
struct SessionEvents {
  /// A session that waited has its place now.
  std::function<void(const WaitingOpen&, const Served<VerdictMessage>&)> on_admitted;
  /// A state that was asked for is on the device, or lost.
  std::function<void(SessionId)> on_resident;
};

class SessionKeeper {
 public:
  static Result<std::unique_ptr<SessionKeeper>> create(DeviceMemory& memory,
                                                       const SessionKeeperOptions& options,
                                                       const Clock& clock, SessionEvents events);
  ~SessionKeeper();
  SessionKeeper(const SessionKeeper&) = delete;
  SessionKeeper& operator=(const SessionKeeper&) = delete;

  Served<VerdictMessage> open(const WaitingOpen& wish);
  Served<ResumedSessionMessage> resume(ConnectionId connection, const Capability& capability);
  Served<Done> close(ConnectionId connection, SessionHandle handle);
  Served<Done> signal(ConnectionId connection, SessionHandle handle,
                      const SignalPhaseMessage& message);
  /// Its sessions are nobody's now, and their lease begins.
  void detach_all_of(ConnectionId connection);
  /// Closes what nobody came back for; when to ask again.
  std::optional<Nanoseconds> expire();

  /// A request is on its way: whether the state is on the device, where it stays until the request
  /// ends or is withdrawn. If not it is fetched, and on_resident tells. True also where begin()
  /// will fail.
  bool request(ConnectionId connection, SessionHandle handle);
  /// The request is not done after all.
  void withdraw(ConnectionId connection, SessionHandle handle);
  /// Keeps the state on the device. One operation of a session at a time: kOverloaded for another
  /// one, as where the state or room to compute is not there in time.
  Served<KeptSession*> begin(ConnectionId connection, SessionHandle handle);
  /// Whether begin() would find no room only because of sessions that compute just now.
  bool has_to_wait(SessionHandle handle) const;
  /// All tokens of a begun session are forgotten.
  void clear(KeptSession& session);
  /// Memory for the tokens; where the states are.
  Served<std::vector<tensor::AnyView>> prepare(KeptSession& session, const Lengths& counts);
  void commit(KeptSession& session, const Lengths& counts);
  /// With lengths: the operation failed, and the session holds what it held before.
  void end(KeptSession& session, const std::optional<Lengths>& lengths_before);
  /// What it was answered, for whoever asks again. While the operation lasts.
  void remember(KeptSession& session, std::uint64_t sequence, const Answer& answer,
                Nanoseconds took);

  /// Under the lock, in the order of their places; `visit` does not call back.
  void for_each(const std::function<void(const KeptSession&, const SessionFacts&)>& visit) const;
  /// The same lock, for what else is in the memory.
  template <class Use>
  auto with_memory(Use&& use) const {
    const std::scoped_lock lock(mutex_);
    return use(*memory_);
  }
  QosClass qos_of(SessionHandle handle) const;
  Nanoseconds predicted(SessionHandle handle) const;
  std::int64_t waiting() const;
  Bytes reserved() const;
  std::string_view policy() const { return policy_->name(); }
  const SessionKeeperOptions& options() const { return options_; }

 private:
  using Lock = std::unique_lock<std::mutex>;
  SessionKeeper(DeviceMemory& memory, const SessionKeeperOptions& options, const Clock& clock,
                SessionEvents events, std::unique_ptr<IdlePolicy> policy);

  SessionStore& store() const { return memory_->sessions(); }
  Served<KeptSession*> find(ConnectionId connection, SessionHandle handle);
  Bytes worst_case(const StateLayout& layout) const;
  Served<VerdictMessage> admit(Lock& lock, const WaitingOpen& wish, ReservationId reservation);
  Served<SessionId> open_in_store(Lock& lock, const StateLayout& layout);
  void erase(Lock& lock, SessionId id);
  void admit_waiting(Lock& lock);
  void end_request(KeptSession& session);
  void truncate(Lock& lock, KeptSession& session, const Lengths& lengths);
  /// False where the time is over.
  bool wait_for_change(Lock& lock, Nanoseconds until);
  void tell_mover();

  void move_states();
  IdleView view() const;
  void execute(Lock& lock, const SwapAction& action);
  void copy(Lock& lock, Outcome<CopyWork> work);

  DeviceMemory* memory_;
  SessionKeeperOptions options_;
  const Clock* clock_;
  SessionEvents events_;
  std::unique_ptr<IdlePolicy> policy_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  ///< Somebody waits for room or for a state.
  std::condition_variable mover_wakes_;
  AdmissionBook book_;
  std::map<SessionId, std::unique_ptr<KeptSession>> sessions_;
  std::map<ReservationId, WaitingOpen> waiting_;
  std::int64_t wanted_ = 0;  ///< Bytes that somebody waits for.
  bool mover_has_news_ = false;
  bool is_ending_ = false;
  std::thread mover_;
};

}  // namespace assay::djinn
