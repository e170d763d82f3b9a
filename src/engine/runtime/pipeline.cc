// SPDX-License-Identifier: MIT
#include "engine/runtime/pipeline.h"

#include <algorithm>
#include <atomic>
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
    for (int position = 0; position < kStageCount; ++position) {
      const bool is_shared = stage_at(position) == Stage::kPreprocess;
      serving_[at(position)] = is_shared ? options.workers : 1;
      queues_[at(position)] = std::vector<Queue>(at(serving_[at(position)]));
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
    run_.threads = static_cast<int>(threads_.size());
    run_.workers = static_cast<int>(preprocessors_.size());
    run_.whole = {.begin = start_, .end = start_};
    for (const BatchTrace& batch : run_.batches) {  // Workers may overtake one another.
      run_.whole.end = std::max(run_.whole.end, batch.stages[kStageCount - 1].end);
    }
    run_.handed_over = run_.whole.end;
    return std::move(run_);
  }

 private:
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  Stage stage_at(int position) const { return options_.order[at(position)]; }
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
    const Stage stage = stage_at(position);
    const auto index = static_cast<std::size_t>(stage);
    Span& span = trace_of(ticket.batch).stages[index];
    note_thread(stage);
    span.begin = SteadyClock::read();
    Result<void> outcome = stages_[index](ticket.slot, ticket.batch);
    span.end = SteadyClock::read();
    if (outcome) return true;
    fail(std::move(outcome)
             .context("in stage {} of batch {}", to_text(stage), ticket.batch)
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

  /// The queue of whose turn it is: a stage with one thread has one.
  void hand_over(int position, const Ticket& ticket) {
    std::vector<Queue>& queues = queues_[at(position)];
    queues[static_cast<std::size_t>(ticket.batch) % queues.size()].push(ticket);
  }
  void close(int position) {
    for (Queue& queue : queues_[at(position)]) {
      queue.close();
    }
  }

  void serve(int position, int worker) {
    while (const std::optional<Ticket> ticket = queues_[at(position)][at(worker)].pop()) {
      const bool is_last = position + 1 == kStageCount;
      if (!has_failed() && perform(position, *ticket) && !is_last) {
        hand_over(position + 1, *ticket);
      } else {
        release(*ticket);  // Done, or dropped because a stage has failed.
      }
    }
    // Nothing more comes to the next stage once all threads of this one are through.
    if (position + 1 < kStageCount && --serving_[at(position)] == 0) close(position + 1);
  }

  void run_asynchronously() {
    std::vector<std::thread> threads;
    for (int position = 0; position < kStageCount; ++position) {
      const auto count = static_cast<int>(queues_[at(position)].size());
      for (int worker = 0; worker < count; ++worker) {
        threads.emplace_back([this, position, worker] { serve(position, worker); });
      }
    }
    for (std::int64_t batch = 0; batch < options_.batches; ++batch) {
      const std::optional<Ticket> ticket = admit(batch);
      if (!ticket) break;
      hand_over(0, *ticket);
    }
    close(0);
    for (std::thread& thread : threads) {
      thread.join();
    }
  }

  void note_thread(Stage stage) {
    const std::scoped_lock lock(mutex_);
    threads_.insert(std::this_thread::get_id());
    if (stage == Stage::kPreprocess) preprocessors_.insert(std::this_thread::get_id());
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
  std::array<std::vector<Queue>, kStageCount> queues_;  ///< By place in the order.
  std::array<std::atomic<int>, kStageCount> serving_;   ///< Threads that are not through yet.
  std::mutex mutex_;
  std::optional<Error> error_;
  int under_way_ = 0;
  std::set<std::thread::id> threads_;
  std::set<std::thread::id> preprocessors_;
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
  if (options.workers < 1) {
    return Error::user("{} workers: preprocessing needs at least one", options.workers);
  }
  if (options.workers == 1) return {};
  const std::string asked =
      format("{} workers preprocess different batches at once", options.workers);
  if (options.order != kPreprocessOnHost) {
    return Error::user("{}: only the host has several", asked);
  }
  if (!options.is_asynchronous) {
    return Error::user("{}: a synchronous pipeline has one thread", asked);
  }
  const int fewest = std::min(options.slots, options.batches);
  if (options.workers <= fewest) return {};
  return Error::user("{}: queue depth {} and {} batches leave some without one", asked,
                     options.slots, options.batches);
}

Result<PipelineRun> run_pipeline(const PipelineStages& stages, const PipelineOptions& options) {
  ASSAY_TRY_VOID(validate(options));
  return Pipeline(stages, options).run();
}

}  // namespace assay::runtime
