// SPDX-License-Identifier: MIT
#include "engine/runtime/pipeline.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "core/random.h"

namespace assay::runtime {
namespace {

struct Ticket {
  std::int64_t batch = 0;
  int slot = 0;
};

/// Tickets from one stage to the next. Closed: what is in it can be taken, nothing more comes.
class Queue {
 public:
  void push(Ticket ticket) {
    const std::scoped_lock lock(mutex_);
    tickets_.push_back(ticket);
    changed_.notify_one();
  }
  std::optional<Ticket> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !tickets_.empty() || is_closed_; });
    if (tickets_.empty()) return std::nullopt;
    const Ticket ticket = tickets_.front();
    tickets_.pop_front();
    return ticket;
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Ticket> tickets_;
  bool is_closed_ = false;
};

class Pipeline {
 public:
  Pipeline(const PipelineStages& stages, const PipelineOptions& options)
      : stages_(stages), options_(options), due_(arrival_times(options.arrivals, options.batches)) {
    run_.batches.resize(static_cast<std::size_t>(options.batches));
    for (int slot = 0; slot < options.slots; ++slot) {
      free_.push({.batch = 0, .slot = slot});
    }
  }

  Result<PipelineRun> run() {
    start_ = SteadyClock::read();
    if (options_.is_asynchronous) {
      run_asynchronously();
    } else {
      run_synchronously();
    }
    if (error_) return *error_;
    run_.threads = static_cast<int>(workers_.size());
    run_.whole = {.begin = start_, .end = run_.batches.back().stages[kStageCount - 1].end};
    run_.handed_over = run_.whole.end;
    return std::move(run_);
  }

 private:
  bool is_closed_loop() const { return options_.arrivals.kind == Arrivals::Kind::kClosed; }

  /// Waits for the batch's time and for a slot. Nothing once a stage has failed.
  std::optional<Ticket> admit(std::int64_t batch) {
    BatchTrace& trace = trace_of(batch);
    if (!is_closed_loop()) {
      trace.arrived = start_ + due_[static_cast<std::size_t>(batch)];
      std::this_thread::sleep_until(std::chrono::steady_clock::time_point(trace.arrived));
    }
    std::optional<Ticket> ticket = free_.pop();
    if (!ticket || has_failed()) return std::nullopt;
    if (is_closed_loop()) trace.arrived = SteadyClock::read();
    ticket->batch = batch;
    trace.slot = ticket->slot;
    count_under_way(1);
    return ticket;
  }

  void release(const Ticket& ticket) {
    count_under_way(-1);
    free_.push(ticket);
  }

  bool perform(int position, const Ticket& ticket) {
    const auto stage = static_cast<int>(options_.order[static_cast<std::size_t>(position)]);
    Span& span = trace_of(ticket.batch).stages[static_cast<std::size_t>(stage)];
    note_worker();
    span.begin = SteadyClock::read();
    Result<void> outcome = stages_[static_cast<std::size_t>(stage)](ticket.slot, ticket.batch);
    span.end = SteadyClock::read();
    if (outcome) return true;
    fail(std::move(outcome)
             .context("in stage {} of batch {}", to_text(static_cast<Stage>(stage)), ticket.batch)
             .error());
    return false;
  }

  void run_synchronously() {
    for (std::int64_t batch = 0; batch < options_.batches; ++batch) {
      const std::optional<Ticket> ticket = admit(batch);
      if (!ticket) return;
      for (int stage = 0; stage < kStageCount; ++stage) {
        if (!perform(stage, *ticket)) return;
      }
      release(*ticket);
    }
  }

  void serve(int stage) {
    while (const std::optional<Ticket> ticket = queues_[static_cast<std::size_t>(stage)].pop()) {
      const bool is_last = stage + 1 == kStageCount;
      if (!has_failed() && perform(stage, *ticket) && !is_last) {
        queues_[static_cast<std::size_t>(stage) + 1].push(*ticket);
      } else {
        release(*ticket);  // Done, or dropped because a stage has failed.
      }
    }
    if (stage + 1 < kStageCount) queues_[static_cast<std::size_t>(stage) + 1].close();
  }

  void run_asynchronously() {
    std::vector<std::thread> threads;
    for (int stage = 0; stage < kStageCount; ++stage) {
      threads.emplace_back([this, stage] { serve(stage); });
    }
    for (std::int64_t batch = 0; batch < options_.batches; ++batch) {
      const std::optional<Ticket> ticket = admit(batch);
      if (!ticket) break;
      queues_[0].push(*ticket);
    }
    queues_[0].close();
    for (std::thread& thread : threads) {
      thread.join();
    }
  }

  void note_worker() {
    const std::scoped_lock lock(mutex_);
    workers_.insert(std::this_thread::get_id());
  }
  void count_under_way(int change) {
    const std::scoped_lock lock(mutex_);
    under_way_ += change;
    run_.slots_used = std::max(run_.slots_used, under_way_);
  }
  bool has_failed() {
    const std::scoped_lock lock(mutex_);
    return error_.has_value();
  }
  void fail(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  BatchTrace& trace_of(std::int64_t batch) { return run_.batches[static_cast<std::size_t>(batch)]; }

  const PipelineStages& stages_;
  const PipelineOptions& options_;
  const std::vector<Nanoseconds> due_;
  Nanoseconds start_{0};
  Queue free_;
  std::array<Queue, kStageCount> queues_;
  std::mutex mutex_;
  std::optional<Error> error_;
  int under_way_ = 0;
  std::set<std::thread::id> workers_;
  PipelineRun run_;
};

}  // namespace

std::string_view to_text(Stage stage) {
  constexpr std::array<std::string_view, kStageCount> kNames{"h2d", "preprocess", "compute", "d2h"};
  return kNames[static_cast<std::size_t>(stage)];
}

std::vector<Nanoseconds> arrival_times(const Arrivals& arrivals, int batches) {
  if (arrivals.kind == Arrivals::Kind::kClosed) return {};
  Random random(arrivals.seed);
  std::vector<Nanoseconds> times;
  double at = 0;
  for (int i = 0; i < batches; ++i) {
    times.emplace_back(static_cast<std::int64_t>(at * 1e9));
    const double step =
        arrivals.kind == Arrivals::Kind::kFixed ? 1.0 : -std::log1p(-random.uniform());
    at += step / arrivals.per_second;
  }
  return times;
}

Result<void> validate(const PipelineOptions& options) {
  if (options.slots < 1) {
    return Error::user("queue depth {}: a pipeline needs at least one slot", options.slots);
  }
  if (options.batches < 1) {
    return Error::user("{} batches: a pipeline runs at least one", options.batches);
  }
  if (options.arrivals.kind != Arrivals::Kind::kClosed && !(options.arrivals.per_second > 0)) {
    return Error::user("{} batches a second: an open loop needs a positive rate",
                       options.arrivals.per_second);
  }
  return {};
}

Result<PipelineRun> run_pipeline(const PipelineStages& stages, const PipelineOptions& options) {
  ASSAY_TRY_VOID(validate(options));
  return Pipeline(stages, options).run();
}

}  // namespace assay::runtime
