// SPDX-License-Identifier: MIT
#include "djinn/transport/event_loop.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

namespace assay::djinn {
namespace {

constexpr std::size_t kEventsMax = 128;
constexpr Nanoseconds kWaitMost = 1h;

std::uint32_t events_of(Ready interest) {
  return (interest.readable ? EPOLLIN | EPOLLRDHUP : 0U) | (interest.writable ? EPOLLOUT : 0U);
}

Ready ready_of(std::uint32_t events) {
  // An error or a hang-up is found by whoever reads or writes.
  const bool has_ended = (events & (EPOLLERR | EPOLLHUP)) != 0;
  return {.readable = has_ended || (events & (EPOLLIN | EPOLLRDHUP)) != 0,
          .writable = has_ended || (events & EPOLLOUT) != 0};
}

}  // namespace

struct EventLoop::Events {
  std::array<epoll_event, kEventsMax> list;
};

EventLoop::EventLoop(const Clock& clock, Descriptor poll, Doorbell bell)
    : clock_(&clock),
      poll_(std::move(poll)),
      bell_(std::move(bell)),
      events_(std::make_shared<Events>()) {}

Result<std::unique_ptr<EventLoop>> EventLoop::create(const Clock& clock) {
  Descriptor poll(::epoll_create1(EPOLL_CLOEXEC));
  if (!poll.is_open()) return system_error("epoll_create");
  ASSAY_TRY(Doorbell bell, Doorbell::create());
  std::unique_ptr<EventLoop> loop(new EventLoop(clock, std::move(poll), std::move(bell)));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = 0;  // No watch has this number.
  if (::epoll_ctl(loop->poll_.number(), EPOLL_CTL_ADD, loop->bell_.number(), &event) != 0) {
    return system_error("epoll_ctl");
  }
  return loop;
}

Result<void> EventLoop::watch(int descriptor, Ready interest, Handler handler) {
  ASSAY_CHECK(!watches_.contains(descriptor), "a descriptor is watched by one");
  epoll_event event{};
  event.events = events_of(interest);
  event.data.u64 = (++watch_count_ << 32U) | static_cast<std::uint32_t>(descriptor);
  if (::epoll_ctl(poll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return system_error("watching a descriptor");
  }
  watches_[descriptor] = {
      .number = event.data.u64, .interest = interest, .handler = std::move(handler)};
  return {};
}

Result<void> EventLoop::change(int descriptor, Ready interest) {
  const auto watch = watches_.find(descriptor);
  ASSAY_CHECK(watch != watches_.end(), "only what is watched is changed");
  if (watch->second.interest == interest) return {};
  epoll_event event{};
  event.events = events_of(interest);
  event.data.u64 = watch->second.number;
  if (::epoll_ctl(poll_.number(), EPOLL_CTL_MOD, descriptor, &event) != 0) {
    return system_error("changing what is watched");
  }
  watch->second.interest = interest;
  return {};
}

void EventLoop::forget(int descriptor) {
  if (watches_.erase(descriptor) == 0) return;
  ::epoll_ctl(poll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
}

EventLoop::TimerId EventLoop::after(Nanoseconds wait, Task task) {
  const TimerId id{++timer_count_};
  const Nanoseconds at = clock_->now() + std::min(wait, Nanoseconds(24h * 365));
  timers_.emplace(std::pair(at, id), std::move(task));
  timer_times_.emplace(timer_count_, at);
  return id;
}

bool EventLoop::cancel(TimerId timer) {
  const auto time = timer_times_.find(static_cast<std::uint64_t>(timer));
  if (time == timer_times_.end()) return false;
  timers_.erase({time->second, timer});
  timer_times_.erase(time);
  return true;
}

void EventLoop::post(Task task) {
  {
    const std::scoped_lock lock(mutex_);
    posted_.push_back(std::move(task));
  }
  bell_.ring();
}

void EventLoop::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopped_ = true;
  }
  bell_.ring();
}

Nanoseconds EventLoop::until_next_timer(Nanoseconds most) const {
  if (timers_.empty()) return most;
  const Nanoseconds left = timers_.begin()->first.first - clock_->now();
  return std::clamp(left, Nanoseconds(0), most);
}

bool EventLoop::run_timers() {
  bool ran = false;
  const Nanoseconds now = clock_->now();
  const auto last = timer_count_;  // A timer that is set by a timer runs the next time.
  for (auto timer = timers_.begin(); timer != timers_.end() && timer->first.first <= now;) {
    if (static_cast<std::uint64_t>(timer->first.second) > last) {
      ++timer;
      continue;
    }
    const Task task = std::move(timer->second);
    timer_times_.erase(static_cast<std::uint64_t>(timer->first.second));
    timers_.erase(timer);
    task();
    ran = true;
    timer = timers_.begin();  // The task may have set or cancelled any.
  }
  return ran;
}

bool EventLoop::run_posted() {
  std::vector<Task> tasks;
  {
    const std::scoped_lock lock(mutex_);
    tasks.swap(posted_);
  }
  for (const Task& task : tasks)
    task();
  return !tasks.empty();
}

bool EventLoop::run_handlers(std::size_t count) {
  bool ran = false;
  const std::shared_ptr<Events> events = events_;
  for (std::size_t i = 0; i < count; ++i) {
    const epoll_event& event = events->list[i];
    if (event.data.u64 == 0) {
      bell_.answer();
      continue;
    }
    const auto descriptor = static_cast<int>(event.data.u64 & 0xFFFF'FFFFU);
    const auto watch = watches_.find(descriptor);
    // One that an earlier handler forgot, whose number another one may have by now.
    if (watch == watches_.end() || watch->second.number != event.data.u64) continue;
    const Handler handler = watch->second.handler;  // It may forget itself.
    handler(ready_of(event.events));
    ran = true;
  }
  return ran;
}

Result<bool> EventLoop::run_once(Nanoseconds most) {
  const Nanoseconds wait = until_next_timer(std::clamp(most, Nanoseconds(0), kWaitMost));
  timespec time{};
  time.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(wait).count();
  time.tv_nsec = (wait % 1s).count();
  const int count = ::epoll_pwait2(poll_.number(), events_->list.data(),
                                   static_cast<int>(kEventsMax), &time, nullptr);
  if (count < 0 && errno != EINTR) return system_error("epoll_wait");
  bool ran = run_handlers(static_cast<std::size_t>(std::max(count, 0)));
  ran = run_posted() || ran;
  ran = run_timers() || ran;
  return ran;
}

Result<void> EventLoop::run() {
  while (true) {
    {
      const std::scoped_lock lock(mutex_);
      if (std::exchange(is_stopped_, false)) return {};
    }
    ASSAY_TRY(std::ignore, run_once(kWaitMost));
  }
}

}  // namespace assay::djinn
