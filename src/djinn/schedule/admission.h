// SPDX-License-Identifier: MIT
// Who may come in. A session reserves its worst case when it is opened, so that no token ever finds
// the memory gone: it is admitted with a reservation, waits in a queue with a place and a time, or
// is refused with a reason and a time to try again. Two promises hold at every moment:
//
//   the reservations of all sessions fit where their states may be at the same time: the device,
//   or, if idle ones are swapped out, the larger of device and host pool. Not their sum: a state
//   needs its place in the host's pool before it can leave the device, and two full sides cannot
//   swap; the reservations of those that compute fit the device.
//
// Time comes in as an argument, decisions are functions of the book alone.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/units.h"
#include "djinn/wire/session_messages.h"

namespace assay::djinn {

inline constexpr std::size_t kQosClasses = 3;
constexpr std::size_t index_of(QosClass qos) {
  return static_cast<std::size_t>(qos);
}

struct TenantQuota {
  Bytes reserved_max{INT64_MAX};
  std::int64_t sessions_max = INT64_MAX;
  std::int64_t queued_max = INT64_MAX;  ///< Of them that wait for room.
};

struct AdmissionOptions {
  Bytes device;
  Bytes host{};        ///< 0: nothing is swapped out.
  bool swaps = false;  ///< As the idle policy says.
  std::int64_t queue_max = 1'024;
  /// Who waited so long goes before everybody, whatever its class.
  Nanoseconds starves_after{10'000'000'000};
  TenantQuota quota = {};  ///< Of a tenant that has none of its own.
};

enum class RejectReason : std::uint8_t {
  kTooLarge,       ///< Would not fit an empty server.
  kTenantQuota,    ///< Of its tenant: of memory, of sessions, or of places in the queue.
  kFull,           ///< No room, and it would not wait.
  kQueueFull,      ///< No room to wait either.
  kDeadlineMissed  ///< The wait is expected to be longer than it would wait.
};
std::string_view to_text(RejectReason reason);  ///< "too large", ...

using ReservationId = std::uint64_t;

struct AdmissionRequest {
  std::string tenant;
  QosClass qos = QosClass::kInteractive;
  Bytes reserved;  ///< Its worst case.
  bool may_queue = true;
  std::optional<Nanoseconds> wait_max = {};
};

struct Verdict {
  Admission admission = Admission::kRejected;
  ReservationId reservation = 0;              ///< Admitted, or queued and to be admitted.
  std::int64_t position = 0;                  ///< Queued: so many go before.
  std::optional<Nanoseconds> eta = {};        ///< Queued: expected wait; none if nobody ever left.
  RejectReason reason = RejectReason::kFull;  ///< Rejected.
  std::optional<Nanoseconds> retry_after = {};  ///< Rejected for now.
};

class AdmissionBook {
 public:
  explicit AdmissionBook(const AdmissionOptions& options) : options_(options) {}
  void set_quota(const std::string& tenant, const TenantQuota& quota) { quotas_[tenant] = quota; }

  Verdict ask(Nanoseconds now, const AdmissionRequest& request);
  /// The session is closed, or does not want to wait any more. Checked: it is in the book.
  void release(Nanoseconds now, ReservationId id);
  /// Those of the queue for whom there is room now, in the order in which they go in. Asked after
  /// every release, and from time to time.
  std::vector<ReservationId> admit_waiting(Nanoseconds now);

  /// The session is about to compute: true if the reservations of all that do still fit the device.
  /// False is no refusal but a wait: asked again when another one stopped.
  bool start_computing(ReservationId id);
  /// Whether it would be true now.
  bool may_compute(ReservationId id) const;
  void stop_computing(ReservationId id);

  Bytes capacity() const;
  Bytes reserved() const { return Bytes(reserved_); }
  Bytes computing() const { return Bytes(computing_); }
  std::int64_t waiting() const { return std::ssize(queue_); }
  std::optional<std::int64_t> position_of(ReservationId id, Nanoseconds now) const;
  /// A bug where a promise does not hold.
  Result<void> check() const;

 private:
  struct Reservation {
    AdmissionRequest request;
    bool is_computing = false;
  };
  struct Waiting {
    ReservationId id = 0;
    AdmissionRequest request;
    Nanoseconds since{0};
  };
  struct TenantUse {
    std::int64_t reserved = 0;
    std::int64_t sessions = 0;
  };

  Verdict rejected(RejectReason reason, std::optional<Nanoseconds> retry_after) const;
  const TenantQuota& quota_of(const std::string& tenant) const;
  bool fits_quota(const AdmissionRequest& request) const;
  bool fits(const AdmissionRequest& request) const;
  void admit(ReservationId id, const AdmissionRequest& request);
  std::vector<const Waiting*> in_order(Nanoseconds now) const;
  std::optional<Nanoseconds> eta_behind(std::int64_t bytes) const;

  AdmissionOptions options_;
  std::map<std::string, TenantQuota> quotas_;
  std::map<std::string, TenantUse> uses_;
  std::map<ReservationId, Reservation> admitted_;
  std::deque<Waiting> queue_;  ///< In the order in which they came.
  ReservationId id_last_ = 0;
  std::int64_t reserved_ = 0;
  std::int64_t computing_ = 0;
  std::optional<Nanoseconds> released_last_;
  double release_rate_ = 0;  ///< Bytes a nanosecond, the last releases counting most.
};

}  // namespace assay::djinn
