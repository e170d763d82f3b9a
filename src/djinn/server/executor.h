// SPDX-License-Identifier: MIT
// The thread of a device: jobs one at a time, in the order of their classes and tenants
// (djinn/schedule/service_queue.h). Those of one session or stream never overtake one another,
// because they are of one class and tenant.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/clock.h"
#include "djinn/schedule/service_queue.h"

namespace assay::djinn {

class Executor {
 public:
  using Job = std::function<void()>;

  static Result<std::unique_ptr<Executor>> create(const ServiceOptions& options,
                                                  const Clock& clock);
  /// What is running ends; what is queued does not begin.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// From any thread. `request.id` is given by the executor.
  void push(ServiceRequest request, Job job);
  /// Jobs that are queued or run.
  std::int64_t under_way() const;

 private:
  Executor(ServiceQueue queue, const Clock& clock);
  void run();

  const Clock* clock_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  ServiceQueue queue_;
  std::map<std::uint64_t, Job> jobs_;
  std::uint64_t id_last_ = 0;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace assay::djinn
