// SPDX-License-Identifier: MIT
#include "djinn/transport/socket_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <memory>

namespace assay::djinn {
namespace {

SocketAddress of_path(const UnixAddress& address) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  address.path.copy(out.sun_path, sizeof(out.sun_path) - 1);
  SocketAddress result;
  std::memcpy(&result.storage, &out, sizeof(out));
  result.size = sizeof(out);
  return result;
}

}  // namespace

Result<std::vector<SocketAddress>> resolve(const Address& address, bool is_to_listen) {
  if (const auto* path = std::get_if<UnixAddress>(&address)) {
    return std::vector<SocketAddress>{of_path(*path)};
  }
  const auto& tcp = std::get<TcpAddress>(address);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (is_to_listen ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(tcp.host.c_str(), format("{}", tcp.port).c_str(), &hints, &found);
  if (code != 0) {
    return Error::environment("no address of host {}: {}", tcp.host, ::gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    SocketAddress& result = addresses.emplace_back();
    std::memcpy(&result.storage, entry->ai_addr, entry->ai_addrlen);
    result.size = entry->ai_addrlen;
  }
  return addresses;
}

Address numeric_address(const SocketAddress& address) {
  char host[INET6_ADDRSTRLEN] = {};
  if (address.family() == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address.storage, sizeof(in));
    ::inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host));
    return TcpAddress{.host = host, .port = ntohs(in.sin_port)};
  }
  if (address.family() == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address.storage, sizeof(in));
    ::inet_ntop(AF_INET6, &in.sin6_addr, host, sizeof(host));
    return TcpAddress{.host = host, .port = ntohs(in.sin6_port)};
  }
  sockaddr_un un{};
  std::memcpy(&un, &address.storage, sizeof(un));
  return UnixAddress{.path = un.sun_path};
}

}  // namespace assay::djinn
