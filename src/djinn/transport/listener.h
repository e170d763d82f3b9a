// SPDX-License-Identifier: MIT
// Where connections come from, and who may come. A unix socket belongs to its user alone, and the
// kernel says who connects; a TCP address that other machines reach needs TLS and a token.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "djinn/transport/socket.h"

namespace assay::djinn {

/// Files in PEM.
struct TlsFiles {
  std::string certificate = {};
  std::string key = {};
};

/// Who may connect.
struct AccessPolicy {
  std::vector<uid_t> uids = {};  ///< Over a unix socket, besides root and the server's own user.
  std::string token = {};        ///< Said in HELLO; empty: none is asked for.
  std::optional<TlsFiles> tls = {};  ///< Spoken at every TCP address, where given.
};

inline constexpr std::size_t kTokenMin = 16;  ///< Bytes; what is shorter is guessed.

/// A user error that says what to give, where the address reaches further than the policy holds.
Result<void> check_access(const Address& address, const AccessPolicy& policy);
/// Whether a peer of a unix socket may stay; the error is for the log.
Result<void> check_peer(const Peer& peer, const AccessPolicy& policy, uid_t own_uid);
/// In constant time.
bool token_matches(const AccessPolicy& policy, const std::string& token);

class Listener {
 public:
  /// Binds and listens. A socket file that nobody listens to any more is replaced; one that is in
  /// use is an environment error, and anything else at the path is left alone.
  static Result<Listener> create(const Address& address, const AccessPolicy& policy);
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&&) = delete;
  /// Removes the socket file that it made.
  ~Listener();

  /// With the port that the system chose, and whether TLS is spoken there.
  const Address& address() const { return address_; }
  int descriptor() const { return socket_.number(); }

  /// The next connection, or none now. Who may not stay is turned away, and counted.
  Result<std::unique_ptr<SocketStream>> accept();
  std::uint64_t turned_away() const { return turned_away_; }

 private:
  Listener(Descriptor socket, Address address, AccessPolicy policy)
      : socket_(std::move(socket)), address_(std::move(address)), policy_(std::move(policy)) {}

  Descriptor socket_;
  Address address_;
  AccessPolicy policy_;
  std::uint64_t turned_away_ = 0;
  dev_t file_device_ = 0;  ///< Of the socket file, so that only the own one is removed.
  ino_t file_inode_ = 0;
};

}  // namespace assay::djinn
