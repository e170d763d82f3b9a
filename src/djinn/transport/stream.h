// SPDX-License-Identifier: MIT
// A connected stream of bytes that never waits by itself: unix socket, TCP, TLS, shared ring, and
// one that misbehaves for tests. Bytes are counted where they go in and out, headers and all.
//
//   ASSAY_TRY(Moved moved, stream.receive(space));
//   if (moved.state == MovedState::kNotNow) ...   // Wait as waiting.h or event_loop.h do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.h"

namespace assay::djinn {

enum class MovedState : std::uint8_t {
  kMoved,
  kNotNow,  ///< Nothing without waiting.
  kEnded,   ///< The peer has said that nothing more comes. Only of receive().
};

struct Moved {
  MovedState state = MovedState::kMoved;
  std::size_t bytes = 0;  ///< At least one where it moved.
};

struct ByteCounters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t send_calls = 0;
  std::uint64_t receive_calls = 0;
  std::uint64_t shared_sent = 0;  ///< Of `sent`: through shared memory beside the socket.
  std::uint64_t shared_received = 0;
};

enum class Direction : std::uint8_t { kReceive, kSend };

using Part = std::span<const std::byte>;

class Stream {
 public:
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// As much as goes now of the parts, one after the other; at least one byte is in them.
  Result<Moved> send(std::span<const Part> parts);
  /// `into` is not empty.
  Result<Moved> receive(std::span<std::byte> into);
  /// Nothing more will be sent; receiving goes on.
  Result<void> finish_sending() { return do_finish_sending(); }
  const ByteCounters& counters() const { return counters_; }

  /// Asked before the descriptors are waited for: false where there is something to do after all.
  /// A ring tells its peer by it that somebody has to be woken.
  virtual bool may_sleep(Direction /*direction*/) { return true; }
  /// What becomes readable, or writable where it is a socket, when the stream can go on.
  virtual int descriptor() const = 0;
  /// Whether to send it is waited for writability of descriptor(), as sockets do.
  virtual bool waits_for_writable() const { return true; }

 protected:
  Stream() = default;
  /// What really went out or came in: under TLS more than was asked to move.
  void count_sent(std::size_t bytes) { counters_.sent += bytes; }
  void count_received(std::size_t bytes) { counters_.received += bytes; }

 private:
  virtual Result<Moved> do_send(std::span<const Part> parts) = 0;
  virtual Result<Moved> do_receive(std::span<std::byte> into) = 0;
  virtual Result<void> do_finish_sending() = 0;

  ByteCounters counters_;
};

}  // namespace assay::djinn
