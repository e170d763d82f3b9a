// SPDX-License-Identifier: MIT
#include "djinn/transport/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <optional>

namespace assay::djinn {
namespace {

/// What OpenSSL last complained of; its queue is empty behind it.
std::string openssl_complaint() {
  const unsigned long code = ERR_get_error();
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return code == 0 ? std::string("the connection ended") : std::string(text.data());
}

struct FreeConnection {
  void operator()(SSL* connection) const { SSL_free(connection); }
};

/// The socket below, as OpenSSL's BIO calls it: its own would be killed by SIGPIPE when the peer is
/// gone, and count nothing.
struct Below {
  std::unique_ptr<SocketStream> socket;
  std::optional<Error> error;  ///< The last one, which OpenSSL cannot hand on.
  bool has_ended = false;
};

Below& below_of(BIO* bio) {
  return *static_cast<Below*>(BIO_get_data(bio));
}

/// What a BIO answers: bytes, or -1 and whether it is worth another try.
int answer(BIO* bio, const Result<Moved>& moved, int retry) {
  BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
  Below& below = below_of(bio);
  if (!moved) {
    below.error = moved.error();
    return -1;
  }
  if (moved->state == MovedState::kEnded) {
    below.has_ended = true;
    return 0;
  }
  if (moved->state == MovedState::kMoved) return static_cast<int>(moved->bytes);
  BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
  return -1;
}

int write_below(BIO* bio, const char* bytes, int size) {
  if (size <= 0) return 0;
  const Part part = std::as_bytes(std::span(bytes, static_cast<std::size_t>(size)));
  return answer(bio, below_of(bio).socket->send({&part, 1}), BIO_FLAGS_WRITE);
}

int read_below(BIO* bio, char* into, int size) {
  if (size <= 0) return 0;
  const auto space = std::as_writable_bytes(std::span(into, static_cast<std::size_t>(size)));
  return answer(bio, below_of(bio).socket->receive(space), BIO_FLAGS_READ);
}

long control_below(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_EOF) return below_of(bio).has_ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* method_below() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    ASSAY_CHECK(method != nullptr, "there is memory for a table of functions");
    BIO_meth_set_write(method, write_below);
    BIO_meth_set_read(method, read_below);
    BIO_meth_set_ctrl(method, control_below);
    return method;
  }();
  return kMethod;
}

class TlsStream final : public Stream {
 public:
  TlsStream(std::unique_ptr<SSL, FreeConnection> connection, std::unique_ptr<SocketStream> socket)
      : connection_(std::move(connection)) {
    below_.socket = std::move(socket);
    BIO* bio = BIO_new(method_below());
    ASSAY_CHECK(bio != nullptr, "there is memory for a BIO");
    BIO_set_data(bio, &below_);
    BIO_set_init(bio, 1);
    SSL_set_bio(connection_.get(), bio, bio);  // The connection owns it.
  }

  int descriptor() const override { return below_.socket->descriptor(); }
  /// Bytes that OpenSSL has read off the socket already would not wake anybody. Only those that can
  /// be given out: of a record that has not come whole, the rest will.
  bool may_sleep(Direction direction) override {
    return direction == Direction::kSend || SSL_pending(connection_.get()) == 0;
  }
  /// Before that the peer's words are waited for, whatever is to be done.
  bool waits_for_writable() const override { return SSL_is_init_finished(connection_.get()) != 0; }

 private:
  Result<Moved> do_send(std::span<const Part> parts) override {
    const auto part = std::ranges::find_if(parts, [](Part one) { return !one.empty(); });
    std::size_t bytes = 0;
    ERR_clear_error();
    const int result = SSL_write_ex(connection_.get(), part->data(), part->size(), &bytes);
    return moved(result, bytes, "sending over TLS");
  }

  Result<Moved> do_receive(std::span<std::byte> into) override {
    std::size_t bytes = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(connection_.get(), into.data(), into.size(), &bytes);
    return moved(result, bytes, "receiving over TLS");
  }

  Result<void> do_finish_sending() override {
    ERR_clear_error();
    SSL_shutdown(connection_.get());  // Says it; the peer's own end is waited for by receiving.
    count();
    return {};
  }

  /// At the socket: handshakes, record headers and all.
  void count() {
    const ByteCounters& now = below_.socket->counters();
    count_sent(now.sent - std::exchange(sent_, now.sent));
    count_received(now.received - std::exchange(received_, now.received));
  }

  Result<Moved> moved(int result, std::size_t bytes, std::string_view what) {
    count();
    if (result == 1) return Moved{MovedState::kMoved, bytes};
    switch (SSL_get_error(connection_.get(), result)) {
      case SSL_ERROR_WANT_READ:
      case SSL_ERROR_WANT_WRITE:
        return Moved{MovedState::kNotNow, 0};
      case SSL_ERROR_ZERO_RETURN:
        return Moved{MovedState::kEnded, 0};
      case SSL_ERROR_SYSCALL:
        if (below_.error) return Error::environment("{}: {}", what, below_.error->message());
        return Error::environment("{}: the connection was cut", what);
      default:
        return Error::environment("{}: {}", what, openssl_complaint());
    }
  }

  Below below_;
  std::unique_ptr<SSL, FreeConnection> connection_;  ///< Goes first: its BIO knows what is below.
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

Result<SSL_CTX*> new_context(const SSL_METHOD* method) {
  SSL_CTX* context = SSL_CTX_new(method);
  if (context == nullptr) return Error::environment("TLS: {}", openssl_complaint());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  // A record goes out in pieces, from wherever its bytes lie by then.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Sessions are of the protocol above; tickets would only be bytes that nobody asked for.
  SSL_CTX_set_num_tickets(context, 0);
  return context;
}

/// The certificate has to name the host; empty where that cannot be asked for.
bool expect_host(SSL* connection, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> number{};
  const bool is_number = ::inet_pton(AF_INET, host.c_str(), number.data()) == 1 ||
                         ::inet_pton(AF_INET6, host.c_str(), number.data()) == 1;
  X509_VERIFY_PARAM* rules = SSL_get0_param(connection);
  if (is_number) return X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
  SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // Spelt out, because OpenSSL's macro casts as C does.
  return SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1 &&
         SSL_set1_host(connection, host.c_str()) == 1;
}

}  // namespace

void TlsContext::Free::operator()(void* context) const {
  SSL_CTX_free(static_cast<SSL_CTX*>(context));
}

Result<TlsContext> TlsContext::for_server(const TlsFiles& files) {
  ASSAY_TRY(SSL_CTX * made, new_context(TLS_server_method()));
  TlsContext context(made);
  if (SSL_CTX_use_certificate_chain_file(made, files.certificate.c_str()) != 1) {
    return Error::user("no certificate chain in PEM in {}: {}", files.certificate,
                       openssl_complaint());
  }
  if (SSL_CTX_use_PrivateKey_file(made, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Error::user("no private key of {} in PEM in {}: {}", files.certificate, files.key,
                       openssl_complaint());
  }
  return context;
}

Result<TlsContext> TlsContext::for_client(const std::string& authority_file) {
  ASSAY_TRY(SSL_CTX * made, new_context(TLS_client_method()));
  TlsContext context(made);
  if (SSL_CTX_load_verify_file(made, authority_file.c_str()) != 1) {
    return Error::user("no certificate of an authority in PEM in {}: {}", authority_file,
                       openssl_complaint());
  }
  SSL_CTX_set_verify(made, SSL_VERIFY_PEER, nullptr);
  return context;
}

Result<std::unique_ptr<Stream>> TlsContext::over(std::unique_ptr<SocketStream> socket,
                                                 const std::string* host) const {
  std::unique_ptr<SSL, FreeConnection> connection(SSL_new(static_cast<SSL_CTX*>(context_.get())));
  if (connection == nullptr || (host != nullptr && !expect_host(connection.get(), *host))) {
    return Error::environment("TLS: {}", openssl_complaint());
  }
  if (host == nullptr) {
    SSL_set_accept_state(connection.get());
  } else {
    SSL_set_connect_state(connection.get());
  }
  return std::unique_ptr<Stream>(
      std::make_unique<TlsStream>(std::move(connection), std::move(socket)));
}

Result<std::unique_ptr<Stream>> TlsContext::accept(std::unique_ptr<SocketStream> socket) const {
  return over(std::move(socket), nullptr);
}

Result<std::unique_ptr<Stream>> TlsContext::connect(std::unique_ptr<SocketStream> socket,
                                                    const std::string& host) const {
  return over(std::move(socket), &host);
}

}  // namespace assay::djinn
