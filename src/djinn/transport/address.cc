// SPDX-License-Identifier: MIT
#include "djinn/transport/address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>

namespace assay::djinn {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kTcp = "tcp:";
constexpr std::string_view kTls = "tls:";
static_assert(kTcp.size() == kTls.size());
constexpr std::string_view kForms = "expected unix:PATH, tcp:HOST:PORT or tls:HOST:PORT";
constexpr std::size_t kPathMax = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t kHostMax = 253;  ///< Of a name in DNS.

Result<Address> parse_unix(std::string_view path) {
  if (path.empty()) return Error::user("unix: without a path; {}", kForms);
  if (path.size() > kPathMax) {
    return Error::user("the path of a unix socket has {} bytes; expected at most {}: {}",
                       path.size(), kPathMax, path);
  }
  if (path.find('\0') != std::string_view::npos) {
    return Error::user("the path of a unix socket with a zero byte; {}", kForms);
  }
  return Address(UnixAddress{std::string(path)});
}

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= kHostMax && std::ranges::all_of(host, [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code > 0x20 && code < 0x7F && letter != '[' && letter != ']' && letter != '/';
  });
}

/// `whole` begins with "tcp:" or "tls:".
Result<Address> parse_tcp(std::string_view whole) {
  const std::string_view text = whole.substr(kTcp.size());
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Error::user("{} has no port; {}", whole, kForms);
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets) host = host.substr(1, host.size() - 2);
  if (!in_brackets && host.find(':') != std::string_view::npos) {
    return Error::user("{}: an IPv6 address stands in brackets, as in tcp:[::1]:7000", whole);
  }
  if (!is_host(host)) return Error::user("{} has no host; {}", whole, kForms);
  TcpAddress address{.host = std::string(host), .has_tls = whole.starts_with(kTls)};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) {
    return Error::user("port {} of {}; expected 0 to 65535", port, whole);
  }
  return Address(std::move(address));
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  if (text.starts_with(kUnix)) return parse_unix(text.substr(kUnix.size()));
  if (text.starts_with(kTcp) || text.starts_with(kTls)) return parse_tcp(text);
  return Error::user("no address: {}; {}", text, kForms);
}

std::string to_text(const Address& address) {
  if (const auto* path = std::get_if<UnixAddress>(&address)) return format("unix:{}", path->path);
  const auto& tcp = std::get<TcpAddress>(address);
  const bool is_v6 = tcp.host.find(':') != std::string::npos;
  return format("{}{}{}{}:{}", tcp.has_tls ? kTls : kTcp, is_v6 ? "[" : "", tcp.host,
                is_v6 ? "]" : "", tcp.port);
}

bool is_local(const Address& address) {
  const auto* tcp = std::get_if<TcpAddress>(&address);
  if (tcp == nullptr || tcp->host == "localhost") return true;
  in_addr v4{};
  if (::inet_pton(AF_INET, tcp->host.c_str(), &v4) == 1) {
    return ntohl(v4.s_addr) >> 24U == 127;
  }
  in6_addr v6{};
  return ::inet_pton(AF_INET6, tcp->host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace assay::djinn
