// SPDX-License-Identifier: MIT
// Large payloads beside a unix socket: their bytes go through a ring in shared memory, and the
// frame's header, which says so, over the socket behind them. So nobody sleeps at the ring, and its
// end is the socket's. A payload that finds no room travels behind its body as ever.
//
// What the peer shares is never looked at where it lies: a payload is copied out once, and what is
// checked and used is the copy.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "djinn/transport/ring_stream.h"
#include "djinn/wire/frame.h"

namespace assay::djinn {

/// Smaller payloads gain nothing: the socket is woken anyway.
inline constexpr std::size_t kRingPayloadMin = std::size_t{32} << 10U;

class PayloadRing {
 public:
  PayloadRing(RingSide side, RingParts parts);

  /// The whole payload, or none of it: false where it is small or there is no room for it now. An
  /// error where the peer says of the ring what cannot be.
  Result<bool> put(std::span<const Part> payload);
  /// What a header promises. An error where it is not there: the peer is broken or hostile.
  Result<Buffer> take(std::size_t size);

  int descriptor() const { return parts_.memory.descriptor(); }
  std::size_t bytes() const { return parts_.bytes; }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }

 private:
  RingParts parts_;
  RingWriter writer_;
  RingReader reader_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

/// What moved in all, where a ring lies beside the socket.
ByteCounters with_ring(ByteCounters socket, const PayloadRing* ring);

/// Fetches the payload of a frame whose header says that it is shared; the others stay as they are.
/// Without a ring such a frame is an error.
Result<void> fetch_payload(Frame& frame, PayloadRing* ring);

}  // namespace assay::djinn
