// SPDX-License-Identifier: MIT
// The virtual time of a host thread and the device it feeds: a discrete-event model. The device has
// engines, each doing one thing at a time, and streams, each in order; an engine takes what is
// ready first. Nothing here depends on the machine: the same calls, the same times to the
// nanosecond.
//
//   Timeline time("virtual clock of sim:l40s", 1024);
//   const int stream = time.add_stream();
//   time.pass(5us);                                  // the call that launches
//   time.submit(stream, Engine::kCompute, {80us});   // waits only where the launch queue is full
//   time.synchronise(stream);
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "core/clock.h"

namespace assay::sim {

/// The host has a worker for every stream that is given one's work; of the others there is one.
enum class Engine : std::uint8_t { kToDevice, kFromDevice, kCompute, kHostWorker };
inline constexpr std::size_t kEngineCount = 4;

/// A place in a stream, and its time once nothing can move it any more.
struct Moment {
  std::optional<Nanoseconds> time;
};

struct Work {
  Nanoseconds duration{0};
  Nanoseconds submission{0};  ///< From the call to the earliest start.
};

class Timeline final : public VirtualClock {
 public:
  Timeline(std::string source, int queue_depth)
      : source_(std::move(source)), queue_depth_(static_cast<std::size_t>(queue_depth)) {}

  /// Of the thread that feeds the device.
  Nanoseconds now() const override { return now_; }
  std::string source() const override { return source_; }

  int add_stream();
  /// The feeding thread works for so long.
  void pass(Nanoseconds time) { now_ += time; }
  void idle_until(Nanoseconds time);
  /// Puts work on a stream. Where the launch queue is full the feeding thread waits; the host's own
  /// worker has a queue of its own, without an end.
  void submit(int stream, Engine engine, const Work& work);
  std::shared_ptr<const Moment> record(int stream);
  void wait(int stream, std::shared_ptr<const Moment> moment);

  /// The feeding thread waits until all of the stream is done.
  void synchronise(int stream);
  /// The feeding thread waits for the moment; when it was.
  Nanoseconds wait_for(const Moment& moment);
  /// Whether it has been, now.
  bool is_reached(const Moment& moment);

  /// How long an engine was at work, of what has begun by now.
  Nanoseconds busy(Engine engine) const { return busy_[static_cast<std::size_t>(engine)]; }
  /// Most launches that waited in the queue at one time.
  std::size_t queued_max() const { return queued_max_; }

 private:
  struct Operation {
    std::optional<Engine> engine;  ///< None: a moment that is recorded or waited for.
    Work work;
    Nanoseconds submitted{0};
    std::shared_ptr<Moment> recorded;       ///< Set: a moment to be recorded.
    std::shared_ptr<const Moment> awaited;  ///< Set: a moment to be waited for.
    std::uint64_t number = 0;
  };
  struct Stream {
    std::deque<Operation> operations;  ///< That have not begun.
    Nanoseconds done{0};               ///< When the last that has begun ends.
  };
  /// What the device begins next.
  struct Start {
    std::size_t stream = 0;
    Nanoseconds ready{0};
    Nanoseconds time{0};
    std::uint64_t number = 0;
  };

  Stream& at(int stream) { return streams_[static_cast<std::size_t>(stream)]; }
  void put(int stream, Operation operation);
  static bool settle_first(Stream& stream);
  void settle();
  std::optional<Start> next_start();
  void begin(const Start& start);
  void begin_next();
  void advance();

  std::string source_;
  std::size_t queue_depth_;
  Nanoseconds now_{0};
  std::vector<Stream> streams_;
  std::array<Nanoseconds, kEngineCount> free_{};
  std::array<Nanoseconds, kEngineCount> busy_{};
  std::size_t queued_ = 0;  ///< Launches that have not begun.
  std::size_t queued_max_ = 0;
  std::uint64_t next_number_ = 0;
};

}  // namespace assay::sim
