// SPDX-License-Identifier: MIT
// Which request runs next, and which of those that run should make room at its next token. Slots
// can be reserved for a class: work of other classes never takes them, so a realtime request finds
// one. Within a class tenants are served by deficit round robin over predicted time. Who waited too
// long goes first whatever its class, and who was stopped too often is stopped no more: nobody
// starves.
//
//   queue.push(now, {.id = 7, .tenant = "a", .qos = QosClass::kBatch, .predicted = 3ms});
//   while (auto next = queue.start(now)) run(*next);
//   ... between tokens: if (auto id = queue.to_preempt(now)) queue.stop(now, *id, what_is_left);
//   queue.finish(now, id);
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "djinn/schedule/admission.h"
#include "djinn/schedule/fair_queue.h"

namespace assay::djinn {

enum class ServiceOrder : std::uint8_t {
  kQos,   ///< As said above.
  kFcfs,  ///< First come first served, for comparison: no classes, no reservation, no preemption.
};

struct ServiceOptions {
  std::int64_t slots = 1;
  std::array<std::int64_t, kQosClasses> reserved{};  ///< Of them, by class.
  Nanoseconds quantum{1'000'000};
  Nanoseconds starves_after{800'000'000};
  int stops_max = 3;  ///< A request is stopped for others at most so often.
  ServiceOrder order = ServiceOrder::kQos;
};

struct ServiceRequest {
  std::uint64_t id = 0;
  std::string tenant;
  QosClass qos = QosClass::kInteractive;
  Nanoseconds predicted{0};
  std::optional<Nanoseconds> deadline = {};  ///< A moment, not a span.
};

struct ServiceCounts {
  std::int64_t finished = 0;
  std::int64_t stopped = 0;
  std::int64_t deadlines_missed = 0;
  Nanoseconds wait_max{0};  ///< From its arrival to its first slot.
};

class ServiceQueue {
 public:
  /// A user error where more slots are reserved than there are, or some class could never run.
  static Result<ServiceQueue> create(const ServiceOptions& options);

  /// Checked: ids are unique among what waits and runs.
  void push(Nanoseconds now, const ServiceRequest& request);
  /// The next to run, which takes a slot; none if none may.
  std::optional<ServiceRequest> start(Nanoseconds now);
  /// One that runs and should stop at its next token, since one of a higher class waits for a slot.
  std::optional<std::uint64_t> to_preempt(Nanoseconds now) const;
  /// It stopped, and so much of it is left: it waits again, at the head of its line.
  void stop(Nanoseconds now, std::uint64_t id, Nanoseconds predicted_left);
  void finish(Nanoseconds now, std::uint64_t id);
  /// It is not wanted any more, waiting or running; false if it is neither.
  bool cancel(std::uint64_t id);

  std::int64_t running() const { return running_; }
  std::int64_t waiting() const;
  const ServiceCounts& counts(QosClass qos) const { return counts_[index_of(qos)]; }

 private:
  struct Entry {
    ServiceRequest request;
    Nanoseconds since{0};
    int stops = 0;
    bool is_running = false;
    bool has_run = false;
    std::int64_t started = 0;  ///< By a count of starts.
  };

  explicit ServiceQueue(const ServiceOptions& options);
  bool may_start(std::size_t qos) const;
  std::optional<FairItem> starving(Nanoseconds now) const;
  std::optional<FairItem> choose(Nanoseconds now);
  ServiceRequest give_slot(Nanoseconds now, std::uint64_t id);
  void free_slot(Entry& entry);

  ServiceOptions options_;
  std::map<std::uint64_t, Entry> entries_;
  std::array<FairQueue, kQosClasses> queues_;
  std::array<std::int64_t, kQosClasses> running_of_{};
  std::array<ServiceCounts, kQosClasses> counts_{};
  std::int64_t running_ = 0;
  std::int64_t starts_ = 0;
};

}  // namespace assay::djinn
