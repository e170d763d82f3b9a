// SPDX-License-Identifier: MIT
// One client: what came of it and waits its turn, what is under way, what goes back. Belongs to the
// thread of the event loop, but for say() and flush(): who computed an answer sends it himself,
// because being handed over costs more than an answer takes.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "core/clock.h"
#include "djinn/schedule/credits.h"
#include "djinn/server/values.h"
#include "djinn/transport/frame_sender.h"
#include "djinn/transport/socket.h"
#include "djinn/wire/frame_reader.h"

namespace assay::djinn {

/// A frame with the time at which its first byte came, and the time at which its last did.
struct Arrived {
  Frame frame;
  Nanoseconds began{0};
  Nanoseconds ended{0};
};

class Connection {
 public:
  Connection(std::unique_ptr<Stream> stream, const CreditLimits& limits, const Clock& clock)
      : stream_(std::move(stream)), credits_(limits), clock_(&clock) {}

  /// The same over a socket: where it is a unix socket, memory may be shared beside it.
  Connection(std::unique_ptr<SocketStream> socket, const CreditLimits& limits, const Clock& clock)
      : socket_(socket->peer() ? socket.get() : nullptr),
        stream_(std::move(socket)),
        credits_(limits),
        clock_(&clock) {}

  bool may_share_memory() const { return socket_ != nullptr; }
  /// Rings of so many bytes for large payloads; they go out beside the next answer.
  Result<void> share_memory(std::size_t bytes);

  /// Takes in what is there, and hands on every whole frame. False where the peer said that nothing
  /// more comes; an error where what came means nothing or the stream broke.
  Result<bool> read(const std::function<void(Arrived)>& on_frame);
  /// Whether more should be read: not while too much is under way, or the peer takes no answers.
  bool wants_to_read() const;
  FrameDefect defect() const { return reader_.defect(); }

  /// HELLO came and holds.
  void greet(std::uint64_t features, std::string tenant);
  bool is_greeted() const { return is_greeted_; }
  const std::string& tenant() const { return tenant_; }

  /// What is to be done for it: handed out by start(), one of each stream at a time, as far as its
  /// credits reach.
  void queue(Arrived arrived);
  std::optional<Arrived> start();
  /// The answer to a request, or the first of two where `is_final` is false.
  void answer(const FrameHeader& request, Answer answer, bool is_final);
  /// It has no answer (one way, and it went well), or it was said by another thread.
  void finish(const FrameHeader& request);
  /// Whoever does the request asks it between two tokens.
  std::shared_ptr<const std::atomic<bool>> cancellation_of(std::uint64_t request) const;
  bool cancel(std::uint64_t request);
  void cancel_all();
  std::size_t under_way() const { return under_way_.size() + waiting_; }

  // From any thread:
  /// The answer, in its place behind those that were said before.
  void say(const FrameHeader& request, Answer answer, bool is_final);
  /// Sends what goes now; true when all of it is gone.
  Result<bool> flush();
  /// Closed: nothing more goes out, whoever says something.
  void shut();

  bool has_unsent() const;
  Nanoseconds last_send() const;
  ByteCounters counters() const;
  /// Of a connection that is not shut.
  int descriptor() const { return stream_->descriptor(); }
  /// Nothing more is read; it is closed when all answers are gone.
  void close_after_sending() { is_closing_ = true; }
  bool is_closing() const { return is_closing_; }
  /// The peer says no more; what it asked for is still answered.
  void end_input() { has_ended_ = true; }
  /// Nothing more comes, and all that was asked for is answered.
  bool is_done() const { return has_ended_ && under_way() == 0; }
  /// Whether the loop waits for more of it: if not, what it tells is that the peer hung up.
  void watch_reading(bool is_watched) { is_read_watched_ = is_watched; }
  bool is_read_watched() const { return is_read_watched_; }
  /// Whether there is more to read that wakes nobody, as TLS took it off the socket already. Said
  /// once until it is read.
  bool has_more();

 private:
  struct StreamQueue {
    std::deque<Arrived> frames;
    bool is_busy = false;
  };
  struct UnderWay {
    std::shared_ptr<std::atomic<bool>> is_cancelled;
    Bytes size;
  };

  struct Received {
    Moved moved;
    bool may_be_more = false;  ///< Without waiting.
  };
  Result<Received> receive();
  std::size_t unsent() const;

  mutable std::mutex stream_mutex_;  ///< Of these five.
  SocketStream* socket_ = nullptr;   ///< The stream, where it is a unix socket.
  std::unique_ptr<Stream> stream_;
  FrameSender sender_;
  Nanoseconds queued_at_{0};
  Nanoseconds last_send_{0};

  /// One thread takes from it, here; another one may put into it, under the lock.
  std::optional<PayloadRing> ring_;
  FrameReader reader_{Speaker::kClient};
  CreditAccount credits_;
  const Clock* clock_;
  bool is_greeted_ = false;
  std::atomic<bool> is_closing_ = false;
  bool has_ended_ = false;
  bool is_read_watched_ = true;
  bool is_more_told_ = false;
  bool sends_checksums_ = false;
  bool copies_payloads_ = false;
  std::string tenant_;
  Nanoseconds began_{0};  ///< The frame that is coming.
  std::map<std::uint32_t, StreamQueue> streams_;
  std::size_t waiting_ = 0;  ///< Frames in them.
  std::map<std::uint64_t, UnderWay> under_way_;
};

}  // namespace assay::djinn
