// SPDX-License-Identifier: MIT
#include "djinn/schedule/admission.h"

#include <algorithm>
#include <set>

namespace assay::djinn {

std::string_view to_text(RejectReason reason) {
  switch (reason) {
    case RejectReason::kTooLarge:
      return "too large";
    case RejectReason::kTenantQuota:
      return "tenant quota";
    case RejectReason::kFull:
      return "full";
    case RejectReason::kQueueFull:
      return "queue full";
    case RejectReason::kDeadlineMissed:
      return "deadline missed";
  }
  return "?";  // Not reached: -Wswitch keeps the list complete.
}

Bytes AdmissionBook::capacity() const {
  return options_.swaps ? std::max(options_.device, options_.host) : options_.device;
}

Verdict AdmissionBook::rejected(RejectReason reason, std::optional<Nanoseconds> retry_after) const {
  return {.admission = Admission::kRejected, .reason = reason, .retry_after = retry_after};
}

const TenantQuota& AdmissionBook::quota_of(const std::string& tenant) const {
  const auto at = quotas_.find(tenant);
  return at == quotas_.end() ? options_.quota : at->second;
}

bool AdmissionBook::fits_quota(const AdmissionRequest& request) const {
  const TenantQuota& quota = quota_of(request.tenant);
  const auto at = uses_.find(request.tenant);
  const TenantUse use = at == uses_.end() ? TenantUse() : at->second;
  return use.sessions < quota.sessions_max &&
         request.reserved.count() <= quota.reserved_max.count() - use.reserved;
}

bool AdmissionBook::fits(const AdmissionRequest& request) const {
  return request.reserved.count() <= capacity().count() - reserved_ && fits_quota(request);
}

void AdmissionBook::admit(ReservationId id, const AdmissionRequest& request) {
  reserved_ += request.reserved.count();
  TenantUse& use = uses_[request.tenant];
  use.reserved += request.reserved.count();
  ++use.sessions;
  admitted_.emplace(id, Reservation{.request = request});
}

Verdict AdmissionBook::ask(Nanoseconds now, const AdmissionRequest& request) {
  // A single session has to fit the device, or it could never compute.
  const bool is_possible = request.reserved.count() >= 0 && request.reserved <= options_.device;
  if (!is_possible) return rejected(RejectReason::kTooLarge, std::nullopt);
  const TenantQuota& quota = quota_of(request.tenant);
  if (request.reserved > quota.reserved_max || quota.sessions_max < 1) {
    return rejected(RejectReason::kTenantQuota, std::nullopt);
  }
  // Nobody overtakes the queue, except where only its own tenant's quota holds the other back.
  const bool is_first = std::ranges::none_of(
      queue_, [&](const Waiting& waiting) { return fits_quota(waiting.request); });
  if (is_first && fits(request)) {
    admit(++id_last_, request);
    return {.admission = Admission::kAdmitted, .reservation = id_last_};
  }
  std::int64_t position = 0;
  std::int64_t bytes_before = request.reserved.count() - (capacity().count() - reserved_);
  for (const Waiting* waiting : in_order(now)) {
    if (waiting->request.qos > request.qos) break;
    ++position;
    bytes_before += waiting->request.reserved.count();
  }
  const auto eta = eta_behind(bytes_before);
  if (!request.may_queue) {
    return rejected(fits_quota(request) ? RejectReason::kFull : RejectReason::kTenantQuota, eta);
  }
  const auto queued = std::ranges::count(
      queue_, request.tenant, [](const Waiting& waiting) { return waiting.request.tenant; });
  if (queued >= quota.queued_max) return rejected(RejectReason::kTenantQuota, eta);
  if (std::ssize(queue_) >= options_.queue_max) return rejected(RejectReason::kQueueFull, eta);
  if (request.wait_max && eta && *eta > *request.wait_max) {
    return rejected(RejectReason::kDeadlineMissed, eta);
  }
  queue_.push_back({.id = ++id_last_, .request = request, .since = now});
  return {
      .admission = Admission::kQueued, .reservation = id_last_, .position = position, .eta = eta};
}

/// Who starves first, those in the order in which they came; then by class, and within it the same.
std::vector<const AdmissionBook::Waiting*> AdmissionBook::in_order(Nanoseconds now) const {
  std::vector<const Waiting*> order;
  for (const Waiting& waiting : queue_)
    order.push_back(&waiting);
  std::ranges::stable_sort(order, {}, [&](const Waiting* waiting) {
    const bool starves = now - waiting->since >= options_.starves_after;
    return starves ? std::size_t{0} : 1 + index_of(waiting->request.qos);
  });
  return order;
}

std::optional<Nanoseconds> AdmissionBook::eta_behind(std::int64_t bytes) const {
  if (release_rate_ <= 0) return std::nullopt;
  const double time = static_cast<double>(std::max<std::int64_t>(bytes, 0)) / release_rate_;
  return Nanoseconds(static_cast<std::int64_t>(std::min(time, 1e18)));
}

void AdmissionBook::release(Nanoseconds now, ReservationId id) {
  const auto waiting = std::ranges::find(queue_, id, &Waiting::id);
  if (waiting != queue_.end()) {
    queue_.erase(waiting);
    return;
  }
  const auto at = admitted_.find(id);
  ASSAY_CHECK(at != admitted_.end(), "a reservation is released once");
  stop_computing(id);
  const AdmissionRequest& request = at->second.request;
  const std::int64_t bytes = request.reserved.count();
  if (released_last_ && now > *released_last_) {
    const double rate =
        static_cast<double>(bytes) / static_cast<double>((now - *released_last_).count());
    release_rate_ = release_rate_ > 0 ? 0.75 * release_rate_ + 0.25 * rate : rate;
  }
  released_last_ = now;
  reserved_ -= bytes;
  const auto use = uses_.find(request.tenant);
  use->second.reserved -= bytes;
  if (--use->second.sessions == 0) uses_.erase(use);
  admitted_.erase(at);
}

std::vector<ReservationId> AdmissionBook::admit_waiting(Nanoseconds now) {
  std::vector<ReservationId> admitted;
  for (const Waiting* waiting : in_order(now)) {
    // A tenant at its quota lets others pass; one for whom there is no room does not.
    if (!fits_quota(waiting->request)) continue;
    if (!fits(waiting->request)) break;
    admit(waiting->id, waiting->request);
    admitted.push_back(waiting->id);
  }
  std::erase_if(queue_, [&](const Waiting& waiting) {
    return std::ranges::find(admitted, waiting.id) != admitted.end();
  });
  return admitted;
}

bool AdmissionBook::may_compute(ReservationId id) const {
  const auto at = admitted_.find(id);
  ASSAY_CHECK(at != admitted_.end(), "who computes was admitted");
  const std::int64_t bytes = at->second.request.reserved.count();
  return at->second.is_computing || bytes <= options_.device.count() - computing_;
}

bool AdmissionBook::start_computing(ReservationId id) {
  if (!may_compute(id)) return false;
  Reservation& reservation = admitted_.at(id);
  if (reservation.is_computing) return true;
  reservation.is_computing = true;
  computing_ += reservation.request.reserved.count();
  return true;
}

void AdmissionBook::stop_computing(ReservationId id) {
  const auto at = admitted_.find(id);
  ASSAY_CHECK(at != admitted_.end(), "who stops was admitted");
  if (!at->second.is_computing) return;
  at->second.is_computing = false;
  computing_ -= at->second.request.reserved.count();
}

std::optional<std::int64_t> AdmissionBook::position_of(ReservationId id, Nanoseconds now) const {
  const auto order = in_order(now);
  const auto at = std::ranges::find(order, id, [](const Waiting* waiting) { return waiting->id; });
  if (at == order.end()) return std::nullopt;
  return at - order.begin();
}

Result<void> AdmissionBook::check() const {
  std::int64_t reserved = 0;
  std::int64_t computing = 0;
  std::map<std::string, TenantUse> uses;
  for (const auto& [id, reservation] : admitted_) {
    const std::int64_t bytes = reservation.request.reserved.count();
    reserved += bytes;
    computing += reservation.is_computing ? bytes : 0;
    uses[reservation.request.tenant].reserved += bytes;
    ++uses[reservation.request.tenant].sessions;
  }
  if (reserved != reserved_ || computing != computing_) {
    return Error::bug("{} reserved and {} computing, counted {} and {}", reserved_, computing_,
                      reserved, computing);
  }
  if (reserved > capacity().count()) {
    return Error::bug("{} reserved of {}", reserved, capacity().count());
  }
  if (computing > options_.device.count()) {
    return Error::bug("{} computing on a device of {}", computing, options_.device.count());
  }
  for (const auto& [tenant, use] : uses) {
    const TenantQuota& quota = quota_of(tenant);
    if (use.reserved > quota.reserved_max.count() || use.sessions > quota.sessions_max) {
      return Error::bug("tenant {} has {} bytes and {} sessions, beyond its quota", tenant,
                        use.reserved, use.sessions);
    }
  }
  return {};
}

}  // namespace assay::djinn
