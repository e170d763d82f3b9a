// SPDX-License-Identifier: MIT
#include "djinn/transport/payload_ring.h"

namespace assay::djinn {

PayloadRing::PayloadRing(RingSide side, RingParts parts)
    : parts_(std::move(parts)),
      writer_(ring_to(side == RingSide::kServer ? RingSide::kClient : RingSide::kServer, parts_)),
      reader_(ring_to(side, parts_)) {}

Result<bool> PayloadRing::put(std::span<const Part> payload) {
  std::size_t size = 0;
  for (const Part& part : payload)
    size += part.size();
  if (size < kRingPayloadMin || size > parts_.bytes) return false;
  ASSAY_TRY(const std::size_t room, writer_.room());
  if (size > room) return false;
  ASSAY_TRY(const std::size_t written, writer_.write(payload));
  // The reader may only make more room; one that says less meanwhile is hostile.
  if (written != size) return Error::user("the reader of a ring took room back");
  sent_ += size;
  return true;
}

Result<Buffer> PayloadRing::take(std::size_t size) {
  if (size > parts_.bytes) {
    return Error::user("a payload of {} bytes in a ring of {}", size, parts_.bytes);
  }
  Buffer buffer(size);
  ASSAY_TRY(const std::size_t there, reader_.read(buffer.bytes()));
  if (there != size) {
    return Error::user("a header promises {} bytes in shared memory; {} are there", size, there);
  }
  received_ += size;
  return buffer;
}

ByteCounters with_ring(ByteCounters socket, const PayloadRing* ring) {
  if (ring == nullptr) return socket;
  socket.shared_sent = ring->sent();
  socket.shared_received = ring->received();
  socket.sent += socket.shared_sent;
  socket.received += socket.shared_received;
  return socket;
}

Result<void> fetch_payload(Frame& frame, PayloadRing* ring) {
  if (frame.header.payload_kind != PayloadKind::kShared) return {};
  if (ring == nullptr) {
    return Error::user("{} with a payload in shared memory, on which nobody agreed",
                       to_text(frame.header.opcode));
  }
  ASSAY_TRY(frame.payload, ring->take(frame.header.payload_size));
  return {};
}

}  // namespace assay::djinn
