// SPDX-License-Identifier: MIT
#include "djinn/transport/ring_stream.h"

#include <array>
#include <bit>
#include <tuple>

namespace assay::djinn {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kControlStride =
    1024;  ///< Of the two rings' control words in the first page.
static_assert(kControlStride >= kRingControl && 2 * kControlStride <= kPage);

}  // namespace

Result<void> check_ring_bytes(std::size_t bytes) {
  if (std::has_single_bit(bytes) && bytes >= kRingBytesMin && bytes <= kRingBytesMax) return {};
  return Error::user("rings of {} bytes; expected a power of two from {} to {}", bytes,
                     kRingBytesMin, kRingBytesMax);
}

RingMemory ring_to(RingSide side, const RingParts& parts) {
  const std::size_t index = side == RingSide::kServer ? 0 : 1;
  const auto all = parts.memory.bytes();
  return {.control = all.subspan(index * kControlStride, kRingControl),
          .data = all.subspan(kPage + index * parts.bytes, parts.bytes)};
}

Result<RingParts> make_rings(std::size_t bytes) {
  ASSAY_TRY_VOID(check_ring_bytes(bytes));
  ASSAY_TRY(SharedMemory memory, SharedMemory::create(kPage + 2 * bytes));
  return RingParts{.memory = std::move(memory), .bytes = bytes};
}

Result<RingParts> rings_from(std::vector<Descriptor> descriptors, std::size_t bytes) {
  ASSAY_TRY_VOID(check_ring_bytes(bytes));
  if (descriptors.size() != 1) {
    return Error::user("{} descriptors came with the rings; expected 1", descriptors.size());
  }
  ASSAY_TRY(SharedMemory memory, SharedMemory::map(std::move(descriptors[0]), kPage + 2 * bytes));
  return RingParts{.memory = std::move(memory), .bytes = bytes};
}

std::unique_ptr<RingStream> RingStream::create(RingSide side, RingParts parts,
                                               std::unique_ptr<SocketStream> socket) {
  return std::unique_ptr<RingStream>(new RingStream(side, std::move(parts), std::move(socket)));
}

RingStream::RingStream(RingSide side, RingParts parts, std::unique_ptr<SocketStream> socket)
    : parts_(std::move(parts)),
      socket_(std::move(socket)),
      writer_(ring_to(side == RingSide::kServer ? RingSide::kClient : RingSide::kServer, parts_)),
      reader_(ring_to(side, parts_)) {}

Result<Moved> RingStream::do_send(std::span<const Part> parts) {
  if (is_peer_gone_) return Error::environment("send: the peer closed the connection");
  ASSAY_TRY(const std::size_t bytes, writer_.write(parts));
  if (bytes == 0) return Moved{MovedState::kNotNow, 0};
  if (writer_.take_sleeping_reader()) ring_bell();
  count_sent(bytes);
  return Moved{MovedState::kMoved, bytes};
}

Result<Moved> RingStream::do_receive(std::span<std::byte> into) {
  const bool has_ended = is_peer_gone_ || reader_.has_ended();
  ASSAY_TRY(const std::size_t bytes, reader_.read(into));
  if (bytes == 0) return Moved{has_ended ? MovedState::kEnded : MovedState::kNotNow, 0};
  if (reader_.take_sleeping_writer()) ring_bell();
  count_received(bytes);
  return Moved{MovedState::kMoved, bytes};
}

Result<void> RingStream::do_finish_sending() {
  writer_.end();
  ring_bell();
  return {};
}

void RingStream::ring_bell() {
  // What cannot be sent now is a bell that was rung already; a peer that is gone is found below.
  const std::byte bell{};
  const Part part(&bell, 1);
  std::ignore = socket_->send({&part, 1});
}

void RingStream::answer_bell() {
  std::array<std::byte, 64> bells;
  while (true) {
    const Result<Moved> moved = socket_->receive(bells);
    if (moved && moved->state == MovedState::kMoved) continue;
    is_peer_gone_ = !moved || moved->state == MovedState::kEnded;
    return;
  }
}

bool RingStream::may_sleep(Direction direction) {
  if (!is_peer_gone_) answer_bell();
  if (is_peer_gone_) return false;
  return direction == Direction::kReceive ? reader_.may_sleep() : writer_.may_sleep();
}

}  // namespace assay::djinn
