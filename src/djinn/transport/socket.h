// SPDX-License-Identifier: MIT
// Unix and TCP sockets: connecting, listening, and the stream over a connected one.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/units.h"
#include "djinn/transport/address.h"
#include "djinn/transport/descriptor.h"
#include "djinn/transport/stream.h"

namespace assay::djinn {

/// Who is at the other end of a unix socket, as the kernel says it.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
};

class SocketStream final : public Stream {
 public:
  /// Of a connected socket, which does not wait from here on.
  static Result<std::unique_ptr<SocketStream>> create(Descriptor socket);
  /// Both ends, within this process.
  static Result<std::pair<std::unique_ptr<SocketStream>, std::unique_ptr<SocketStream>>> pair();

  int descriptor() const override { return socket_.number(); }
  /// Only of a unix socket.
  std::optional<Peer> peer() const;

  /// Sent beside the next bytes; they are duplicated then, not taken.
  void attach_descriptors(std::vector<int> numbers);
  /// Whether descriptors that come beside bytes are kept. At first not: what a peer sends unasked
  /// is closed by the system.
  void keep_descriptors(bool keeps) { keeps_descriptors_ = keeps; }
  std::vector<Descriptor> take_descriptors() { return std::exchange(kept_, {}); }

 private:
  explicit SocketStream(Descriptor socket) : socket_(std::move(socket)) {}
  Result<Moved> do_send(std::span<const Part> parts) override;
  Result<Moved> do_receive(std::span<std::byte> into) override;
  Result<void> do_finish_sending() override;

  Descriptor socket_;
  std::vector<int> attached_;
  bool keeps_descriptors_ = false;
  std::vector<Descriptor> kept_;
};

/// Waits up to `wait` for the connection.
Result<std::unique_ptr<SocketStream>> connect_to(const Address& address, Nanoseconds wait);

}  // namespace assay::djinn
