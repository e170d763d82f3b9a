// SPDX-License-Identifier: MIT
#include "engine/backends/sim/timeline.h"

#include <algorithm>
#include <tuple>

#include "core/check.h"

namespace assay::sim {

int Timeline::add_stream() {
  streams_.emplace_back();
  return static_cast<int>(streams_.size()) - 1;
}

void Timeline::idle_until(Nanoseconds time) {
  now_ = std::max(now_, time);
}

void Timeline::put(int stream, Operation operation) {
  operation.number = next_number_++;
  at(stream).operations.push_back(std::move(operation));
}

void Timeline::submit(int stream, Engine engine, const Work& work) {
  ASSAY_CHECK_GE(work.duration.count(), 0, "work takes time");
  advance();
  if (engine != Engine::kHostWorker) {
    while (queued_ >= queue_depth_) {
      begin_next();  // Nothing is submitted while the thread waits, so nothing can come before it.
    }
    ++queued_;
    queued_max_ = std::max(queued_max_, queued_);
  }
  put(stream, {.engine = engine,
               .work = work,
               .submitted = now_ + work.submission,
               .recorded = nullptr,
               .awaited = nullptr});
}

std::shared_ptr<const Moment> Timeline::record(int stream) {
  auto moment = std::make_shared<Moment>();
  put(stream, {.engine = std::nullopt,
               .work = {},
               .submitted = now_,
               .recorded = moment,
               .awaited = nullptr});
  return moment;
}

void Timeline::wait(int stream, std::shared_ptr<const Moment> moment) {
  put(stream, {.engine = std::nullopt,
               .work = {},
               .submitted = now_,
               .recorded = nullptr,
               .awaited = std::move(moment)});
}

/// Moments need no engine: they are known as soon as what stands before them has begun.
bool Timeline::settle_first(Stream& stream) {
  if (stream.operations.empty() || stream.operations.front().engine) return false;
  const Operation& first = stream.operations.front();
  Nanoseconds time = std::max(stream.done, first.submitted);
  if (first.awaited != nullptr) {
    if (!first.awaited->time) return false;
    time = std::max(time, *first.awaited->time);
  }
  if (first.recorded != nullptr) first.recorded->time = time;
  stream.done = time;
  stream.operations.pop_front();
  return true;
}

void Timeline::settle() {
  for (bool has_moved = true; has_moved;) {
    has_moved = false;
    for (Stream& stream : streams_) {
      while (settle_first(stream)) {
        has_moved = true;
      }
    }
  }
}

std::optional<Timeline::Start> Timeline::next_start() {
  settle();
  std::optional<Start> next;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    const Stream& stream = streams_[i];
    if (stream.operations.empty() || !stream.operations.front().engine) continue;
    const Operation& first = stream.operations.front();
    const auto engine = static_cast<std::size_t>(*first.engine);
    Start start{.stream = i, .number = first.number};
    start.ready = std::max(stream.done, first.submitted);
    const bool is_shared = *first.engine != Engine::kHostWorker;
    start.time = is_shared ? std::max(start.ready, free_[engine]) : start.ready;
    const auto order = [](const Start& one) { return std::tie(one.time, one.ready, one.number); };
    if (!next || order(start) < order(*next)) next = start;
  }
  return next;
}

void Timeline::begin(const Start& start) {
  Stream& stream = streams_[start.stream];
  const Operation& first = stream.operations.front();
  const auto engine = static_cast<std::size_t>(*first.engine);
  stream.done = start.time + first.work.duration;
  free_[engine] = stream.done;
  busy_[engine] += first.work.duration;
  if (*first.engine != Engine::kHostWorker) --queued_;
  stream.operations.pop_front();
}

/// For a thread that waits: its time goes on to the next start.
void Timeline::begin_next() {
  const std::optional<Start> next = next_start();
  ASSAY_CHECK(next.has_value(), "a moment is waited for only after it was recorded");
  begin(*next);
  now_ = std::max(now_, next->time);
}

/// Everything that begins until now. What is submitted later cannot begin before now.
void Timeline::advance() {
  for (auto next = next_start(); next && next->time <= now_; next = next_start()) {
    begin(*next);
  }
}

void Timeline::synchronise(int stream) {
  settle();
  while (!at(stream).operations.empty()) {
    begin_next();
    settle();
  }
  now_ = std::max(now_, at(stream).done);
}

Nanoseconds Timeline::wait_for(const Moment& moment) {
  settle();
  while (!moment.time) {
    begin_next();
    settle();
  }
  now_ = std::max(now_, *moment.time);
  return *moment.time;
}

bool Timeline::is_reached(const Moment& moment) {
  advance();
  return moment.time && *moment.time <= now_;
}

}  // namespace assay::sim
