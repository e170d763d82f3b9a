// SPDX-License-Identifier: MIT
// Text for whoever asks over HTTP from this machine: GET of a path, one answer, and the connection
// ends. Written here because it is all that is needed, and the loop hears everybody already: a
// library for it (Debian's cpp-httplib) brings a pool of eight threads, each of which one
// connection takes. Nobody beyond this machine is answered, nor a page in a browser that was led to
// it by another name.
//
//   ASSAY_TRY(auto endpoint, HttpEndpoint::create(*loop, *parse_address("tcp:127.0.0.1:9095"),
//                                                 [](std::string_view path) { ... }));
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "djinn/transport/event_loop.h"
#include "djinn/transport/listener.h"

namespace assay::djinn {

struct HttpAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body = {};
};
using HttpHandler = std::function<HttpAnswer(std::string_view path)>;

/// A request's head, up to the empty line, to the whole answer. Only GET and HEAD reach the
/// handler.
std::string http_answer(std::string_view head, const HttpHandler& handler);
/// Where the head ends, behind its empty line; npos where it has not come whole.
std::size_t http_head_size(std::string_view bytes);

inline constexpr std::size_t kHttpHeadMax = 8192;
inline constexpr std::size_t kHttpGuestsMax = 32;

class HttpEndpoint {
 public:
  /// Listens as part of the loop, which outlives it. A user error where the address reaches beyond
  /// this machine.
  static Result<std::unique_ptr<HttpEndpoint>> create(EventLoop& loop, const Address& address,
                                                      HttpHandler handler);
  ~HttpEndpoint();
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  const Address& address() const { return listener_.address(); }
  std::size_t guests() const { return guests_.size(); }

 private:
  struct Guest {
    std::unique_ptr<SocketStream> stream;
    std::string heard;
    std::string answer;
    std::size_t sent = 0;  ///< Of the answer.
    EventLoop::TimerId timer{};
  };

  HttpEndpoint(EventLoop& loop, Listener listener, HttpHandler handler)
      : loop_(&loop), listener_(std::move(listener)), handler_(std::move(handler)) {}
  Result<void> watch();
  void accept_all();
  void welcome(std::unique_ptr<SocketStream> stream);
  void on_ready(int descriptor);
  /// False where the guest is to be left.
  Result<bool> hear(Guest& guest);
  Result<bool> tell(Guest& guest);
  void leave(int descriptor);

  EventLoop* loop_;
  Listener listener_;
  HttpHandler handler_;
  std::map<int, Guest> guests_;  ///< By descriptor.
  EventLoop::TimerId pause_{};
};

}  // namespace assay::djinn
