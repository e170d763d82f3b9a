// SPDX-License-Identifier: MIT
// An address as the system's calls take it.
#pragma once

#include <sys/socket.h>

#include <vector>

#include "djinn/transport/address.h"

namespace assay::djinn {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

/// One for a path; every one that the name of a host stands for, at least one.
Result<std::vector<SocketAddress>> resolve(const Address& address, bool is_to_listen);
/// Host and port in numbers.
Address numeric_address(const SocketAddress& address);

}  // namespace assay::djinn
