// SPDX-License-Identifier: MIT
// Where a server listens: `unix:PATH`, `tcp:HOST:PORT` (`tcp:[::1]:7000` for IPv6), or the same
// with TLS, `tls:HOST:PORT`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.h"

namespace assay::djinn {

struct UnixAddress {
  std::string path;
  bool operator==(const UnixAddress&) const = default;
};

struct TcpAddress {
  std::string host;
  std::uint16_t port = 0;  ///< 0: the system chooses one.
  bool has_tls = false;
  bool operator==(const TcpAddress&) const = default;
};

using Address = std::variant<UnixAddress, TcpAddress>;

/// A user error says what was expected.
Result<Address> parse_address(std::string_view text);
std::string to_text(const Address& address);

/// Whether nobody beyond this machine can reach it: a path, 127.0.0.0/8, ::1 or "localhost".
bool is_local(const Address& address);

}  // namespace assay::djinn
