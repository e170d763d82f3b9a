// SPDX-License-Identifier: MIT
// One connection to a server, greeted: requests go out as they are given, answers are waited for by
// the request they belong to and come in any order. One thread uses it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "djinn/transport/frame_sender.h"
#include "djinn/transport/socket.h"
#include "djinn/transport/waiting.h"
#include "djinn/wire/frame_reader.h"
#include "djinn/wire/messages.h"

namespace assay::djinn {

struct ConnectOptions {
  std::string client = "assay";
  std::string tenant = {};
  std::string token = {};
  std::string authority = {};  ///< A file in PEM, for `tls:` addresses: who vouches for the server.
  Nanoseconds connect_max{5'000'000'000};
  Nanoseconds answer_max{600'000'000'000};  ///< Beyond it the connection counts as broken.
  bool shares_memory = true;   ///< For large payloads, where the address is a unix socket.
  bool has_checksums = false;  ///< Bodies and payloads carry theirs, both ways.
  /// Payloads are copied once more on both sides, where else tensors are used where they lie.
  bool copies_payloads = false;
  int reconnects_max = 3;  ///< Of a request whose connection broke; 0: the caller decides.
  /// How long a session's request is repeated while the server has no room for it.
  Nanoseconds overload_max{60'000'000'000};
  /// Asked again so long before it sleeps; none: 20 us where a second core is.
  std::optional<SpinPolicy> spin = {};
};

/// What goes out with a request beside its message.
struct Outgoing {
  std::uint32_t stream = 0;
  SessionHandle session = {};
  std::optional<Nanoseconds> deadline = {};
  std::vector<Part> payload = {};  ///< Lives until the answer is there.
};

class Link {
 public:
  static Result<std::unique_ptr<Link>> open(const Address& address, const ConnectOptions& options);

  const WelcomeMessage& welcome() const { return welcome_; }
  /// Waits while the server's credits are used up. The number by which the answer is asked for.
  template <class Message>
  Result<std::uint64_t> send(const Message& message, const Outgoing& outgoing = {}) {
    return send_frame(Message::kOpcode, encode(message), outgoing);
  }
  /// The next answer to the request: another one follows only where the protocol says so.
  Result<Frame> wait(std::uint64_t request);

  /// Something went wrong that is not the answer to a request: it is of no use any more.
  bool is_broken() const { return is_broken_; }
  /// `sent` and `received` count what went through shared memory too.
  ByteCounters counters() const {
    return with_ring(stream_->counters(), ring_ ? &*ring_ : nullptr);
  }
  /// As a crash of the client would: for tests of what a server does then.
  void break_off();

 private:
  Link(std::unique_ptr<Stream> stream, const ConnectOptions& options);
  /// Over a unix socket, which brings the memory that may be shared; null where it is none.
  Result<void> greet(SocketStream* socket);
  Result<std::uint64_t> send_frame(Opcode opcode, std::vector<std::byte> body,
                                   const Outgoing& outgoing);
  Result<void> send_all();
  Result<void> wait_to_send();
  Result<void> receive_some(Nanoseconds wait);
  Result<void> take_frames();
  bool has_feature(Feature feature) const { return (welcome_.features & feature) != 0; }
  Result<void> wait_for_credit(std::int64_t bytes);
  Error broken(Error error);

  std::unique_ptr<Stream> stream_;
  ConnectOptions options_;
  SpinPolicy spin_;
  std::optional<PayloadRing> ring_;
  WelcomeMessage welcome_;
  FrameReader reader_{Speaker::kServer};
  FrameSender sender_;
  std::uint64_t request_last_ = 0;
  std::map<std::uint64_t, std::int64_t> under_way_;  ///< Requests and their bytes.
  std::int64_t bytes_under_way_ = 0;
  std::multimap<std::uint64_t, Frame> answers_;
  bool is_broken_ = false;
};

}  // namespace assay::djinn
