// SPDX-License-Identifier: MIT
#include "djinn/server/executor.h"

namespace assay::djinn {

Result<std::unique_ptr<Executor>> Executor::create(const ServiceOptions& options,
                                                   const Clock& clock) {
  ASSAY_CHECK_EQ(options.slots, 1, "a device does one thing at a time");
  ASSAY_TRY(ServiceQueue queue, ServiceQueue::create(options));
  return std::unique_ptr<Executor>(new Executor(std::move(queue), clock));
}

Executor::Executor(ServiceQueue queue, const Clock& clock)
    : clock_(&clock), queue_(std::move(queue)), thread_([this] { run(); }) {}

Executor::~Executor() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  has_work_.notify_all();
  thread_.join();
}

void Executor::push(ServiceRequest request, Job job) {
  {
    const std::scoped_lock lock(mutex_);
    request.id = ++id_last_;
    jobs_.emplace(request.id, std::move(job));
    queue_.push(clock_->now(), request);
  }
  has_work_.notify_one();
}

std::int64_t Executor::under_way() const {
  const std::scoped_lock lock(mutex_);
  return queue_.running() + queue_.waiting();
}

void Executor::run() {
  std::unique_lock lock(mutex_);
  while (!is_ending_) {
    const auto next = queue_.start(clock_->now());
    if (!next) {
      has_work_.wait(lock);
      continue;
    }
    auto job = jobs_.extract(next->id);
    lock.unlock();
    job.mapped()();
    job = {};  // What it held goes before the lock is taken again.
    lock.lock();
    queue_.finish(clock_->now(), next->id);
  }
}

}  // namespace assay::djinn
