// SPDX-License-Identifier: MIT
#include "djinn/transport/socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "djinn/transport/socket_address.h"
#include "djinn/transport/waiting.h"

namespace assay::djinn {
namespace {

constexpr std::size_t kPartsMax = 64;       ///< Handed to the system in one call.
constexpr std::size_t kDescriptorsMax = 8;  ///< Beside one byte.

Result<void> stop_waiting(int socket) {
  const int flags = ::fcntl(socket, F_GETFL);
  if (flags < 0 || ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) < 0) {
    return system_error("making a socket not wait");
  }
  return {};
}

bool is_not_now() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

/// A call again until no signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

struct Control {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kDescriptorsMax)> bytes{};
};

void attach(std::span<const int> numbers, Control& control, msghdr& message) {
  message.msg_control = control.bytes.data();
  message.msg_controllen = CMSG_SPACE(numbers.size_bytes());
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(numbers.size_bytes());
  std::memcpy(CMSG_DATA(head), numbers.data(), numbers.size_bytes());
}

/// Those beyond kDescriptorsMax in all are closed.
void keep(msghdr& message, std::vector<Descriptor>& kept) {
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
       head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= head->cmsg_len; at += sizeof(int)) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(head) + (at - CMSG_LEN(0)), sizeof(int));
      Descriptor descriptor(number);
      if (kept.size() < kDescriptorsMax) kept.push_back(std::move(descriptor));
    }
  }
}

Result<void> wait_for_connection(int socket, Nanoseconds wait) {
  ASSAY_TRY(const bool is_ready, wait_for_descriptor(socket, Direction::kSend, wait));
  if (!is_ready) return Error::environment("nobody answered within {}", assay::to_text(wait));
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
    return system_error("getsockopt");
  }
  errno = error;
  return error == 0 ? Result<void>() : Result<void>(system_error("connect"));
}

Result<std::unique_ptr<SocketStream>> connect_one(const SocketAddress& to, Nanoseconds wait) {
  Descriptor socket(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return system_error("socket");
  if (::connect(socket.number(), to.get(), to.size) != 0) {
    // A unix socket whose queue is full says EAGAIN: there is nothing to wait for.
    if (errno != EINPROGRESS && errno != EINTR) return system_error("connect");
    ASSAY_TRY_VOID(wait_for_connection(socket.number(), wait));
  }
  return SocketStream::create(std::move(socket));
}

}  // namespace

Result<std::unique_ptr<SocketStream>> SocketStream::create(Descriptor socket) {
  ASSAY_TRY_VOID(stop_waiting(socket.number()));
  // Frames go out whole, so waiting for more to send only delays them. Fails where it is not TCP.
  const int on = 1;
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return std::unique_ptr<SocketStream>(new SocketStream(std::move(socket)));
}

Result<std::pair<std::unique_ptr<SocketStream>, std::unique_ptr<SocketStream>>>
SocketStream::pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return system_error("socketpair");
  }
  Descriptor left(ends[0]);
  Descriptor right(ends[1]);
  ASSAY_TRY(auto first, create(std::move(left)));
  ASSAY_TRY(auto second, create(std::move(right)));
  return std::pair(std::move(first), std::move(second));
}

std::optional<Peer> SocketStream::peer() const {
  ucred found{};
  socklen_t size = sizeof(found);
  if (::getsockopt(descriptor(), SOL_SOCKET, SO_PEERCRED, &found, &size) != 0 || found.pid == 0) {
    return std::nullopt;
  }
  return Peer{.uid = found.uid, .gid = found.gid, .pid = found.pid};
}

Result<Moved> SocketStream::do_send(std::span<const Part> parts) {
  std::array<iovec, kPartsMax> vectors;
  std::size_t count = 0;
  for (const Part& part : parts) {
    if (part.empty()) continue;
    if (count == vectors.size()) break;
    vectors[count++] = {const_cast<std::byte*>(part.data()), part.size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  Control control;
  if (!attached_.empty()) attach(attached_, control, message);
  const ssize_t sent =
      uninterrupted([&] { return ::sendmsg(descriptor(), &message, MSG_NOSIGNAL); });
  if (sent < 0) {
    if (is_not_now()) return Moved{MovedState::kNotNow, 0};
    return system_error("send");
  }
  attached_.clear();
  count_sent(static_cast<std::size_t>(sent));
  return Moved{MovedState::kMoved, static_cast<std::size_t>(sent)};
}

Result<Moved> SocketStream::do_receive(std::span<std::byte> into) {
  ssize_t got = 0;
  if (keeps_descriptors_) {
    iovec vector{into.data(), into.size()};
    Control control;
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    got = uninterrupted([&] { return ::recvmsg(descriptor(), &message, MSG_CMSG_CLOEXEC); });
    if (got >= 0) keep(message, kept_);
  } else {
    got = uninterrupted([&] { return ::recv(descriptor(), into.data(), into.size(), 0); });
  }
  if (got < 0) {
    if (is_not_now()) return Moved{MovedState::kNotNow, 0};
    return system_error("receive");
  }
  if (got == 0) return Moved{MovedState::kEnded, 0};
  count_received(static_cast<std::size_t>(got));
  return Moved{MovedState::kMoved, static_cast<std::size_t>(got)};
}

void SocketStream::attach_descriptors(std::vector<int> numbers) {
  ASSAY_CHECK(!numbers.empty() && numbers.size() <= kDescriptorsMax, "a few descriptors are sent");
  attached_ = std::move(numbers);
}

Result<void> SocketStream::do_finish_sending() {
  if (::shutdown(descriptor(), SHUT_WR) == 0 || errno == ENOTCONN) return {};
  return system_error("shutdown");
}

Result<std::unique_ptr<SocketStream>> connect_to(const Address& address, Nanoseconds wait) {
  ASSAY_TRY(const auto addresses,
            resolve(address, false).context("connecting to {}", to_text(address)));
  ASSAY_CHECK(!addresses.empty(), "what is resolved has an address");
  for (std::size_t i = 0;; ++i) {
    auto stream = connect_one(addresses[i], wait);
    if (stream || i + 1 == addresses.size()) {
      return std::move(stream).context("connecting to {}; is a server listening there?",
                                       to_text(address));
    }
  }
}

}  // namespace assay::djinn
