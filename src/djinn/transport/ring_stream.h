// SPDX-License-Identifier: MIT
// A stream over two rings in shared memory, beside the unix socket over which it was agreed. The
// socket is the doorbell, rung only for a peer that said it sleeps, and its end says that the peer
// is gone. An eventfd would be a little faster, but both sides share its flags: a hostile peer
// could make it one that waits, and stop the other for good.
//
//   server: ASSAY_TRY(RingParts parts, make_rings(bytes));
//           socket->attach_descriptors({parts.memory.descriptor()});   // Beside WELCOME.
//           auto stream = RingStream::create(RingSide::kServer, std::move(parts),
//           std::move(socket));
//   client: ASSAY_TRY(RingParts parts, rings_from(socket->take_descriptors(), bytes));
#pragma once

#include <memory>
#include <vector>

#include "djinn/transport/ring.h"
#include "djinn/transport/shared_memory.h"
#include "djinn/transport/socket.h"

namespace assay::djinn {

enum class RingSide : std::uint8_t { kServer, kClient };

struct RingParts {
  SharedMemory memory;
  std::size_t bytes = 0;  ///< Of each ring.
};

inline constexpr std::size_t kRingBytesMin = 4096;
inline constexpr std::size_t kRingBytesMax = std::size_t{1} << 30;

/// A power of two, from kRingBytesMin to kRingBytesMax.
Result<void> check_ring_bytes(std::size_t bytes);
/// Two rings of so many bytes each.
Result<RingParts> make_rings(std::size_t bytes);
/// What the peer sent; a user error where it is not one sealed memory of this size.
Result<RingParts> rings_from(std::vector<Descriptor> descriptors, std::size_t bytes);

/// The one of the two that leads to a side.
RingMemory ring_to(RingSide side, const RingParts& parts);

class RingStream final : public Stream {
 public:
  static std::unique_ptr<RingStream> create(RingSide side, RingParts parts,
                                            std::unique_ptr<SocketStream> socket);

  bool may_sleep(Direction direction) override;
  int descriptor() const override { return socket_->descriptor(); }
  bool waits_for_writable() const override { return false; }

 private:
  RingStream(RingSide side, RingParts parts, std::unique_ptr<SocketStream> socket);
  Result<Moved> do_send(std::span<const Part> parts) override;
  Result<Moved> do_receive(std::span<std::byte> into) override;
  Result<void> do_finish_sending() override;
  void ring_bell();
  void answer_bell();

  RingParts parts_;
  std::unique_ptr<SocketStream> socket_;
  RingWriter writer_;
  RingReader reader_;
  bool is_peer_gone_ = false;
};

}  // namespace assay::djinn
