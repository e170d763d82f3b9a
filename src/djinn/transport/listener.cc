// SPDX-License-Identifier: MIT
#include "djinn/transport/listener.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "djinn/transport/socket_address.h"
#include "djinn/wire/identity.h"

namespace assay::djinn {
namespace {

constexpr int kBacklog = 512;

/// Removes a socket file behind which nobody listens.
Result<void> make_room_at(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    return errno == ENOENT ? Result<void>() : Result<void>(system_error("stat"));
  }
  if (!S_ISSOCK(found.st_mode)) {
    return Error::user("{} is there and no socket; it is left alone: choose another path", path);
  }
  Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.is_open()) return system_error("socket");
  ASSAY_TRY(const auto addresses, resolve(UnixAddress{path}, false));
  const int result = ::connect(probe.number(), addresses[0].get(), addresses[0].size);
  if (result == 0 || errno != ECONNREFUSED) {
    return Error::environment("somebody listens at {}; stop that server or choose another path",
                              path);
  }
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return system_error("removing a socket that nobody listens to");
}

Result<void> bind_to(const Descriptor& socket, const SocketAddress& address) {
  const int on = 1;
  if (address.family() != AF_UNIX) {
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(socket.number(), address.get(), address.size) == 0) return {};
    return system_error("bind");
  }
  // The file is born with the mode of its socket.
  if (::fchmod(socket.number(), 0600) != 0) return system_error("fchmod");
  if (::bind(socket.number(), address.get(), address.size) != 0) return system_error("bind");
  return {};
}

Result<Address> bound_address(const Descriptor& socket) {
  SocketAddress bound;
  bound.size = sizeof(bound.storage);
  if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) !=
      0) {
    return system_error("getsockname");
  }
  return numeric_address(bound);
}

bool passes_on(int error) {
  return error == ECONNABORTED || error == EPROTO || error == EINTR || error == ENETDOWN ||
         error == EHOSTUNREACH || error == ENETUNREACH || error == EPERM;
}

}  // namespace

Result<void> check_access(const Address& address, const AccessPolicy& policy) {
  if (!policy.token.empty() && policy.token.size() < kTokenMin) {
    return Error::user("a token of {} bytes; expected at least {}", policy.token.size(), kTokenMin);
  }
  const auto* tcp = std::get_if<TcpAddress>(&address);
  if (tcp != nullptr && tcp->has_tls && !policy.tls) {
    return Error::user("{}: expected TLS: give a certificate and a key file", to_text(address));
  }
  if (is_local(address)) return {};
  if (!policy.tls) {
    return Error::user(
        "{} is reached by other machines; expected TLS: give a certificate and a key "
        "file, or listen at 127.0.0.1 or at a unix socket",
        to_text(address));
  }
  if (!policy.token.empty()) return {};
  return Error::user(
      "{} is reached by other machines; expected a token of at least {} bytes that "
      "clients have to say",
      to_text(address), kTokenMin);
}

Result<void> check_peer(const Peer& peer, const AccessPolicy& policy, uid_t own_uid) {
  const bool may_stay = peer.uid == 0 || peer.uid == own_uid ||
                        std::ranges::find(policy.uids, peer.uid) != policy.uids.end();
  if (may_stay) return {};
  return Error::user(
      "user {} (process {}) may not connect; expected user {}, root or one that was "
      "named",
      peer.uid, peer.pid, own_uid);
}

bool token_matches(const AccessPolicy& policy, const std::string& token) {
  if (policy.token.empty()) return true;
  return equal_in_constant_time(std::as_bytes(std::span(policy.token)),
                                std::as_bytes(std::span(token)));
}

Result<Listener> Listener::create(const Address& address, const AccessPolicy& policy) {
  ASSAY_TRY_VOID(check_access(address, policy));
  const auto* path = std::get_if<UnixAddress>(&address);
  const std::string place = format("listening at {}", to_text(address));
  if (path != nullptr) ASSAY_TRY_VOID(make_room_at(path->path).context("{}", place));
  ASSAY_TRY(const auto addresses, resolve(address, true).context("{}", place));
  Descriptor socket(::socket(addresses[0].family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return system_error("socket");
  ASSAY_TRY_VOID(bind_to(socket, addresses[0]).context("{}", place));
  Address bound = address;
  if (path == nullptr) {
    ASSAY_TRY(bound, bound_address(socket));
    std::get<TcpAddress>(bound).has_tls = policy.tls.has_value();
  }
  Listener listener(std::move(socket), std::move(bound), policy);
  if (path != nullptr) {
    struct stat found {};
    if (::lstat(path->path.c_str(), &found) != 0) return system_error("stat");
    listener.file_device_ = found.st_dev;
    listener.file_inode_ = found.st_ino;
  }
  if (::listen(listener.descriptor(), kBacklog) != 0) return system_error("listen");
  return listener;
}

Listener::~Listener() {
  const auto* path = std::get_if<UnixAddress>(&address_);
  if (!socket_.is_open() || path == nullptr) return;
  struct stat found {};
  if (::lstat(path->path.c_str(), &found) != 0) return;
  const bool is_own = found.st_dev == file_device_ && found.st_ino == file_inode_;
  if (is_own) ::unlink(path->path.c_str());
}

Result<std::unique_ptr<SocketStream>> Listener::accept() {
  while (true) {
    Descriptor socket(::accept4(descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.is_open()) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return std::unique_ptr<SocketStream>();
      if (passes_on(errno)) continue;
      return system_error("accept");
    }
    ASSAY_TRY(auto stream, SocketStream::create(std::move(socket)));
    if (std::holds_alternative<TcpAddress>(address_)) return stream;
    const auto peer = stream->peer();
    if (peer && check_peer(*peer, policy_, ::geteuid())) return stream;
    ++turned_away_;
  }
}

}  // namespace assay::djinn
