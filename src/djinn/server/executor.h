// SPDX-License-Identifier: MIT
// The thread of a device: jobs a step at a time. Which may begin, and who has to make room between
// two steps, ServiceQueue decides (djinn/schedule/service_queue.h); of those that have begun the
// most urgent takes the next step, and others that can share it take it with him.
//
// Being handed from thread to thread costs more than short work does: whoever hears it may do it
// himself (run_here) while nothing else is under way.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "djinn/schedule/service_queue.h"

namespace assay::djinn {

/// Work of the device, in steps.
class Job {
 public:
  virtual ~Job() = default;
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  /// One step of it, in which those of `others` may share, the most urgent first: jobs that hold
  /// slots as well, and are not done. None where it has to wait for one of them.
  virtual void step(std::span<Job* const> others) = 0;
  bool is_done() const { return is_done_; }
  /// How many it took, whoever's.
  std::int64_t steps() const { return steps_; }

 protected:
  void count_step() { ++steps_; }
  void set_done() { is_done_ = true; }

 private:
  std::int64_t steps_ = 0;
  bool is_done_ = false;
};
/// One step, and it is done.
std::unique_ptr<Job> make_job(std::function<void()> work);

class Executor {
 public:
  static Result<std::unique_ptr<Executor>> create(const ServiceOptions& options,
                                                  const Clock& clock);
  /// The step that is under way ends. Jobs that are not done go as they are.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// From any thread. `request.id` is given by the executor.
  void push(ServiceRequest request, std::unique_ptr<Job> job);
  /// The same on the caller's thread, where nothing else is under way: else false, and the job is
  /// still the caller's. What is not done after `most` goes on as if it had been pushed.
  bool run_here(const ServiceRequest& request, std::unique_ptr<Job>& job, Nanoseconds most);
  /// Jobs that wait or have begun.
  std::int64_t under_way() const;
  ServiceCounts counts(QosClass qos) const;

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Active {
    ServiceRequest request;
    std::unique_ptr<Job> job;
    Nanoseconds stepped{0};  ///< When it took its last step, or began.
    std::int64_t turn = 0;   ///< The count of that step; 0: none yet.
    std::int64_t steps = 0;  ///< Of the job, then.
  };

  Executor(ServiceQueue queue, const ServiceOptions& options, const Clock& clock);
  void run();
  void enqueue(ServiceRequest request, std::unique_ptr<Job> job);
  void take_in();
  /// The most urgent first. One that others kept waiting for too long is, whatever its class.
  std::vector<Job*> in_order();
  void step(Lock& lock);
  std::vector<std::unique_ptr<Job>> take_out_done();
  void make_room();

  ServiceOptions options_;
  const Clock* clock_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  ServiceQueue queue_;
  std::map<std::uint64_t, std::unique_ptr<Job>> waiting_;
  std::vector<Active> active_;
  std::int64_t turns_ = 0;
  std::uint64_t id_last_ = 0;
  bool is_held_ = false;  ///< Another thread is in run_here().
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace assay::djinn
