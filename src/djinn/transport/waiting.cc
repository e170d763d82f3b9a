// SPDX-License-Identifier: MIT
#include "djinn/transport/waiting.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <tuple>
#include <vector>

#include "djinn/transport/descriptor.h"

namespace assay::djinn {
namespace {

constexpr Nanoseconds kSpin = 20us;
constexpr Nanoseconds kSleepMost = 24h;  ///< So that a wait without end is no overflow.

void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// How many of the descriptors are ready; 0 where the time was over or a signal came.
Result<int> poll_for(std::span<pollfd> descriptors, Nanoseconds most) {
  const Nanoseconds wait = std::clamp(most, Nanoseconds(0), Nanoseconds(kSleepMost));
  timespec time{};
  time.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(wait).count();
  time.tv_nsec = (wait % 1s).count();
  const int ready = ::ppoll(descriptors.data(), descriptors.size(), &time, nullptr);
  if (ready >= 0) return ready;
  if (errno == EINTR) return 0;
  return system_error("poll");
}

/// The common part of sending and receiving.
class AwaitedStream : public Awaited {
 public:
  AwaitedStream(Stream& stream, Direction direction) : stream_(&stream), direction_(direction) {}

  bool may_sleep() override { return stream_->may_sleep(direction_); }
  Result<void> sleep(Nanoseconds most) override {
    const bool is_writable = direction_ == Direction::kSend && stream_->waits_for_writable();
    pollfd one{stream_->descriptor(), static_cast<short>(is_writable ? POLLOUT : POLLIN), 0};
    ASSAY_TRY(std::ignore, poll_for({&one, 1}, most));
    return {};
  }

 protected:
  Stream& stream() { return *stream_; }

 private:
  Stream* stream_;
  Direction direction_;
};

class AwaitedBytes final : public AwaitedStream {
 public:
  AwaitedBytes(Stream& stream, std::span<std::byte> into)
      : AwaitedStream(stream, Direction::kReceive), into_(into) {}

  Result<bool> attempt() override {
    ASSAY_TRY(moved_, stream().receive(into_));
    return moved_.state != MovedState::kNotNow;
  }
  const Moved& moved() const { return moved_; }

 private:
  std::span<std::byte> into_;
  Moved moved_;
};

class AwaitedRoom final : public AwaitedStream {
 public:
  AwaitedRoom(Stream& stream, std::span<const Part> parts)
      : AwaitedStream(stream, Direction::kSend), parts_(parts.begin(), parts.end()) {
    drop(0);
  }

  Result<bool> attempt() override {
    while (first_ < parts_.size()) {
      ASSAY_TRY(const Moved moved, stream().send(std::span(parts_).subspan(first_)));
      if (moved.state == MovedState::kNotNow) return false;
      drop(moved.bytes);
    }
    return true;
  }

 private:
  /// Parts that are gone, and empty ones behind them.
  void drop(std::size_t bytes) {
    while (first_ < parts_.size() && bytes >= parts_[first_].size()) {
      bytes -= parts_[first_].size();
      ++first_;
    }
    if (bytes > 0) parts_[first_] = parts_[first_].subspan(bytes);
  }

  std::vector<Part> parts_;
  std::size_t first_ = 0;
};

}  // namespace

SpinPolicy spin_policy(int runnable_compute_threads, int cores) {
  return {.budget = runnable_compute_threads < cores ? kSpin : Nanoseconds(0)};
}

Result<bool> wait_for_descriptor(int descriptor, Direction direction, Nanoseconds wait) {
  const auto events = static_cast<short>(direction == Direction::kSend ? POLLOUT : POLLIN);
  const SteadyClock clock;
  const Nanoseconds start = clock.now();
  while (true) {
    pollfd one{descriptor, events, 0};
    const Nanoseconds gone = clock.now() - start;
    ASSAY_TRY(const int ready, poll_for({&one, 1}, wait - gone));
    if (ready > 0) return true;
    if (clock.now() - start >= wait) return false;
  }
}

Result<bool> spin_then_sleep(Awaited& work, const SpinPolicy& policy, const Clock& clock,
                             Nanoseconds wait) {
  ASSAY_TRY(bool is_done, work.attempt());
  if (is_done) return true;
  const Nanoseconds start = clock.now();
  Nanoseconds gone{0};
  while (gone < std::min(policy.budget, wait)) {
    pause_core();
    ASSAY_TRY(is_done, work.attempt());
    if (is_done) return true;
    gone = clock.now() - start;
  }
  while (gone < wait) {
    if (work.may_sleep()) ASSAY_TRY_VOID(work.sleep(wait - gone));
    ASSAY_TRY(is_done, work.attempt());
    if (is_done) return true;
    gone = clock.now() - start;
  }
  return false;
}

Result<Moved> receive_waiting(Stream& stream, std::span<std::byte> into, const SpinPolicy& policy,
                              Nanoseconds wait) {
  AwaitedBytes bytes(stream, into);
  ASSAY_TRY(const bool is_done, spin_then_sleep(bytes, policy, SteadyClock(), wait));
  if (is_done) return bytes.moved();
  return Error::environment("nothing was received within {}", assay::to_text(wait));
}

Result<void> send_waiting(Stream& stream, std::span<const Part> parts, const SpinPolicy& policy,
                          Nanoseconds wait) {
  AwaitedRoom room(stream, parts);
  ASSAY_TRY(const bool is_done, spin_then_sleep(room, policy, SteadyClock(), wait));
  if (is_done) return {};
  return Error::environment("the peer took nothing for {}", assay::to_text(wait));
}

}  // namespace assay::djinn
