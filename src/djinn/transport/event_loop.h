// SPDX-License-Identifier: MIT
// One thread that waits for many descriptors, for times and for other threads. Handlers run on the
// thread of run(); only post() and stop() may be called from elsewhere.
//
//   ASSAY_TRY(auto loop, EventLoop::create(clock));
//   loop->watch(stream.descriptor(), {.readable = true}, [&](Ready ready) { ... });
//   loop->after(30s, [&] { ... });
//   ASSAY_TRY_VOID(loop->run());
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "djinn/transport/descriptor.h"

namespace assay::djinn {

/// What a descriptor is watched for, and what came.
struct Ready {
  bool readable = false;  ///< Or ended: reading tells.
  bool writable = false;
  bool operator==(const Ready&) const = default;
};

class EventLoop {
 public:
  using Handler = std::function<void(Ready)>;
  using Task = std::function<void()>;
  enum class TimerId : std::uint64_t {};

  /// The clock has to outlive the loop, and advance while it sleeps.
  static Result<std::unique_ptr<EventLoop>> create(const Clock& clock);

  /// Checked: not watched yet. The handler may forget() itself and any other.
  Result<void> watch(int descriptor, Ready interest, Handler handler);
  Result<void> change(int descriptor, Ready interest);
  /// No handler of it runs from here on.
  void forget(int descriptor);
  std::size_t watched() const { return watches_.size(); }

  TimerId after(Nanoseconds wait, Task task);
  /// Whether it had not run yet.
  bool cancel(TimerId timer);

  /// From any thread: runs on the loop's, in the order of posting.
  void post(Task task);
  /// From any thread: run() returns after what it is doing.
  void stop();

  /// Until stop().
  Result<void> run();
  /// Once: waits up to `most` for something, then does all that is due. Whether anything was.
  Result<bool> run_once(Nanoseconds most);

 private:
  struct Watch {
    std::uint64_t number = 0;  ///< Of this watch: a descriptor's number comes again.
    Ready interest;
    Handler handler;
  };

  EventLoop(const Clock& clock, Descriptor poll, Doorbell bell);
  Nanoseconds until_next_timer(Nanoseconds most) const;
  bool run_timers();
  bool run_posted();
  bool run_handlers(std::size_t count);

  const Clock* clock_;
  Descriptor poll_;
  Doorbell bell_;
  std::unordered_map<int, Watch> watches_;
  std::uint64_t watch_count_ = 0;
  std::map<std::pair<Nanoseconds, TimerId>, Task> timers_;
  std::unordered_map<std::uint64_t, Nanoseconds> timer_times_;
  std::uint64_t timer_count_ = 0;
  struct Events;
  std::shared_ptr<Events> events_;

  std::mutex mutex_;  ///< Of the two below.
  std::vector<Task> posted_;
  bool is_stopped_ = false;
};

}  // namespace assay::djinn
