// SPDX-License-Identifier: MIT
#include "djinn/server/executor.h"

#include <algorithm>
#include <tuple>

namespace assay::djinn {
namespace {

class OneStep final : public Job {
 public:
  explicit OneStep(std::function<void()> work) : work_(std::move(work)) {}
  void step(std::span<Job* const> /*others*/) override {
    work_();
    count_step();
    set_done();
  }

 private:
  std::function<void()> work_;
};

}  // namespace

std::unique_ptr<Job> make_job(std::function<void()> work) {
  return std::make_unique<OneStep>(std::move(work));
}

Result<std::unique_ptr<Executor>> Executor::create(const ServiceOptions& options,
                                                   const Clock& clock) {
  ASSAY_TRY(ServiceQueue queue, ServiceQueue::create(options));
  return std::unique_ptr<Executor>(new Executor(std::move(queue), options, clock));
}

Executor::Executor(ServiceQueue queue, const ServiceOptions& options, const Clock& clock)
    : options_(options), clock_(&clock), queue_(std::move(queue)), thread_([this] { run(); }) {}

Executor::~Executor() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  has_work_.notify_all();
  thread_.join();
}

void Executor::enqueue(ServiceRequest request, std::unique_ptr<Job> job) {
  request.id = ++id_last_;
  waiting_.emplace(request.id, std::move(job));
  queue_.push(clock_->now(), request);
}

void Executor::push(ServiceRequest request, std::unique_ptr<Job> job) {
  {
    const std::scoped_lock lock(mutex_);
    enqueue(std::move(request), std::move(job));
  }
  has_work_.notify_one();
}

bool Executor::run_here(const ServiceRequest& request, std::unique_ptr<Job>& job,
                        Nanoseconds most) {
  {
    const std::scoped_lock lock(mutex_);
    if (is_ending_ || is_held_ || queue_.running() + queue_.waiting() > 0) return false;
    is_held_ = true;
  }
  const Nanoseconds until = clock_->now() + most;
  do {
    job->step({});
  } while (!job->is_done() && clock_->now() < until);
  const bool is_done = job->is_done();
  if (is_done) job = nullptr;  // What it held goes before others begin.
  bool has_work = false;
  {
    const std::scoped_lock lock(mutex_);
    is_held_ = false;
    if (!is_done) enqueue(request, std::move(job));
    has_work = queue_.waiting() > 0;
  }
  if (has_work) has_work_.notify_one();
  return true;
}

std::int64_t Executor::under_way() const {
  const std::scoped_lock lock(mutex_);
  return queue_.running() + queue_.waiting() + (is_held_ ? 1 : 0);
}

ServiceCounts Executor::counts(QosClass qos) const {
  const std::scoped_lock lock(mutex_);
  return queue_.counts(qos);
}

void Executor::take_in() {
  while (const auto request = queue_.start(clock_->now())) {
    auto job = waiting_.extract(request->id);
    active_.push_back(
        {.request = *request, .job = std::move(job.mapped()), .stepped = clock_->now()});
    active_.back().steps = active_.back().job->steps();
  }
}

std::vector<Job*> Executor::in_order() {
  const Nanoseconds now = clock_->now();
  const auto urgency = [&](const Active& one) {
    const bool is_kept_waiting = now - one.stepped >= options_.starves_after;
    const bool has_class = options_.order == ServiceOrder::kQos && !is_kept_waiting;
    return std::tuple(has_class ? index_of(one.request.qos) + 1 : 0, one.turn, one.request.id);
  };
  std::ranges::sort(active_, {}, urgency);
  std::vector<Job*> jobs;
  for (const Active& one : active_)
    jobs.push_back(one.job.get());
  return jobs;
}

/// Of the most urgent that can take one, without the lock: nobody else looks at those with a slot.
void Executor::step(Lock& lock) {
  std::vector<Job*> jobs = in_order();
  lock.unlock();
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const std::int64_t before = jobs.front()->steps();
    jobs.front()->step(std::span(jobs).subspan(1));
    if (jobs.front()->steps() > before) break;
    std::ranges::rotate(jobs, jobs.begin() + 1);
  }
  lock.lock();
  std::vector<std::unique_ptr<Job>> done = take_out_done();
  if (done.empty()) return;
  lock.unlock();
  done.clear();  // What they held goes while the lock is free.
  lock.lock();
}

std::vector<std::unique_ptr<Job>> Executor::take_out_done() {
  ++turns_;
  const Nanoseconds now = clock_->now();
  std::vector<std::unique_ptr<Job>> done;
  for (Active& one : active_) {
    if (one.steps == one.job->steps()) continue;
    one.steps = one.job->steps();
    one.stepped = now;
    one.turn = turns_;
    if (!one.job->is_done()) continue;
    queue_.finish(now, one.request.id);
    done.push_back(std::move(one.job));
  }
  std::erase_if(active_, [](const Active& one) { return one.job == nullptr; });
  return done;
}

/// Between two steps: who should make room for a more urgent one waits again, as far as it is.
void Executor::make_room() {
  while (const auto id = queue_.to_preempt(clock_->now())) {
    const auto at =
        std::ranges::find(active_, *id, [](const Active& one) { return one.request.id; });
    ASSAY_CHECK(at != active_.end(), "who has a slot has begun");
    queue_.stop(clock_->now(), *id, at->request.predicted);
    waiting_.emplace(*id, std::move(at->job));
    active_.erase(at);
    take_in();
  }
}

void Executor::run() {
  Lock lock(mutex_);
  while (!is_ending_) {
    if (!is_held_) take_in();
    if (active_.empty()) {
      has_work_.wait(lock);
      continue;
    }
    step(lock);
    make_room();
  }
}

}  // namespace assay::djinn
