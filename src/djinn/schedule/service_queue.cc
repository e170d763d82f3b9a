// SPDX-License-Identifier: MIT
#include "djinn/schedule/service_queue.h"

#include <algorithm>
#include <numeric>

namespace assay::djinn {

Result<ServiceQueue> ServiceQueue::create(const ServiceOptions& options) {
  const std::int64_t reserved =
      std::accumulate(options.reserved.begin(), options.reserved.end(), std::int64_t{0});
  const bool is_negative =
      std::ranges::any_of(options.reserved, [](std::int64_t slots) { return slots < 0; });
  if (options.slots < 1 || is_negative || reserved > options.slots) {
    return Error::user(
        "{} slots of which {} are reserved: expected at least one, and not more "
        "reserved than there are",
        options.slots, reserved);
  }
  const bool all_reserved = options.order == ServiceOrder::kQos && reserved == options.slots;
  if (all_reserved && std::ranges::count(options.reserved, 0) > 0) {
    return Error::user("all {} slots are reserved and some class has none: it could never run",
                       options.slots);
  }
  if (options.quantum <= Nanoseconds(0)) {
    return Error::user("a quantum of {} ns: expected a positive time", options.quantum.count());
  }
  return ServiceQueue(options);
}

ServiceQueue::ServiceQueue(const ServiceOptions& options)
    : options_(options),
      queues_{FairQueue(options.quantum), FairQueue(options.quantum), FairQueue(options.quantum)} {}

void ServiceQueue::push(Nanoseconds now, const ServiceRequest& request) {
  const bool is_new = entries_.emplace(request.id, Entry{.request = request, .since = now}).second;
  ASSAY_CHECK(is_new, "a request comes once");
  queues_[index_of(request.qos)].push(
      {.id = request.id, .tenant = request.tenant, .predicted = request.predicted, .since = now});
}

std::int64_t ServiceQueue::waiting() const {
  return std::ssize(entries_) - running_;
}

/// A class may always take what is reserved for it, and beyond that what is reserved for nobody.
bool ServiceQueue::may_start(std::size_t qos) const {
  if (running_ >= options_.slots) return false;
  if (options_.order == ServiceOrder::kFcfs || running_of_[qos] < options_.reserved[qos]) {
    return true;
  }
  std::int64_t open = options_.slots;
  for (std::size_t k = 0; k < kQosClasses; ++k) {
    open -= std::max(running_of_[k], options_.reserved[k]);
  }
  return open > 0;
}

std::optional<FairItem> ServiceQueue::starving(Nanoseconds now) const {
  std::optional<FairItem> longest;
  for (std::size_t qos = 0; qos < kQosClasses; ++qos) {
    if (!may_start(qos)) continue;
    const auto oldest = queues_[qos].oldest();
    if (!oldest || (longest && longest->since <= oldest->since)) continue;
    const bool waited = now - oldest->since >= options_.starves_after;
    if (waited || options_.order == ServiceOrder::kFcfs) longest = oldest;
  }
  return longest;
}

std::optional<FairItem> ServiceQueue::choose(Nanoseconds now) {
  if (const auto first = starving(now)) {
    return queues_[index_of(entries_.at(first->id).request.qos)].remove(first->id);
  }
  if (options_.order == ServiceOrder::kFcfs) return std::nullopt;
  for (std::size_t qos = 0; qos < kQosClasses; ++qos) {
    if (may_start(qos) && !queues_[qos].empty()) return queues_[qos].pop();
  }
  return std::nullopt;
}

std::optional<ServiceRequest> ServiceQueue::start(Nanoseconds now) {
  const auto item = choose(now);
  if (!item) return std::nullopt;
  return give_slot(now, item->id);
}

ServiceRequest ServiceQueue::give_slot(Nanoseconds now, std::uint64_t id) {
  Entry& entry = entries_.at(id);
  const std::size_t qos = index_of(entry.request.qos);
  entry.is_running = true;
  entry.started = ++starts_;
  ++running_;
  ++running_of_[qos];
  if (!entry.has_run) counts_[qos].wait_max = std::max(counts_[qos].wait_max, now - entry.since);
  entry.has_run = true;
  return entry.request;
}

std::optional<std::uint64_t> ServiceQueue::to_preempt(Nanoseconds now) const {
  if (options_.order == ServiceOrder::kFcfs) return std::nullopt;
  for (std::size_t high = 0; high < kQosClasses; ++high) {
    if (queues_[high].empty()) continue;
    if (may_start(high)) return std::nullopt;  // It needs nobody's slot.
    // Of the lowest class that holds more than is reserved for it, the one that began last: it has
    // the least to lose. One that starved before it got its slot is left alone.
    for (std::size_t low = kQosClasses - 1; low > high; --low) {
      if (running_of_[low] <= options_.reserved[low]) continue;
      const Entry* last = nullptr;
      for (const auto& [id, entry] : entries_) {
        if (!entry.is_running || index_of(entry.request.qos) != low) continue;
        if (entry.stops >= options_.stops_max) continue;
        if (now - entry.since >= options_.starves_after) continue;
        if (last == nullptr || entry.started > last->started) last = &entry;
      }
      if (last != nullptr) return last->request.id;
    }
  }
  return std::nullopt;
}

void ServiceQueue::free_slot(Entry& entry) {
  ASSAY_CHECK(entry.is_running, "who ends was running");
  entry.is_running = false;
  --running_;
  --running_of_[index_of(entry.request.qos)];
}

void ServiceQueue::stop(Nanoseconds /*now*/, std::uint64_t id, Nanoseconds predicted_left) {
  Entry& entry = entries_.at(id);
  free_slot(entry);
  ++entry.stops;
  ++counts_[index_of(entry.request.qos)].stopped;
  entry.request.predicted = predicted_left;
  queues_[index_of(entry.request.qos)].push_front({.id = id,
                                                   .tenant = entry.request.tenant,
                                                   .predicted = predicted_left,
                                                   .since = entry.since});
}

void ServiceQueue::finish(Nanoseconds now, std::uint64_t id) {
  const auto at = entries_.find(id);
  ASSAY_CHECK(at != entries_.end(), "what ends had begun");
  free_slot(at->second);
  ServiceCounts& counts = counts_[index_of(at->second.request.qos)];
  ++counts.finished;
  const auto& deadline = at->second.request.deadline;
  if (deadline && *deadline < now) ++counts.deadlines_missed;
  entries_.erase(at);
}

bool ServiceQueue::cancel(std::uint64_t id) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return false;
  if (at->second.is_running) {
    free_slot(at->second);
  } else {
    queues_[index_of(at->second.request.qos)].remove(id);
  }
  entries_.erase(at);
  return true;
}

}  // namespace assay::djinn
