// SPDX-License-Identifier: MIT
// TLS 1.3 over a connected socket: what leaves the machine is encrypted, and the client knows whom
// it talks to. Who the client is, its token says.
#pragma once

#include <memory>
#include <string>

#include "djinn/transport/listener.h"
#include "djinn/transport/socket.h"

namespace assay::djinn {

/// Certificates and keys, read once.
class TlsContext {
 public:
  /// An error names the file that cannot be read or does not fit the other.
  static Result<TlsContext> for_server(const TlsFiles& files);
  /// The server has to show a certificate that `authority_file` vouches for.
  static Result<TlsContext> for_client(const std::string& authority_file);

  /// A stream whose handshake is done as bytes are moved. The server's end.
  Result<std::unique_ptr<Stream>> accept(std::unique_ptr<SocketStream> socket) const;
  /// The client's; the certificate has to be one of `host`, a name or an address in numbers.
  Result<std::unique_ptr<Stream>> connect(std::unique_ptr<SocketStream> socket,
                                          const std::string& host) const;

 private:
  struct Free {
    void operator()(void* context) const;
  };
  explicit TlsContext(void* context) : context_(context) {}
  Result<std::unique_ptr<Stream>> over(std::unique_ptr<SocketStream> socket,
                                       const std::string* host) const;

  std::unique_ptr<void, Free> context_;
};

}  // namespace assay::djinn
