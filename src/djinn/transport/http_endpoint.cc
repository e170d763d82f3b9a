// SPDX-License-Identifier: MIT
#include "djinn/transport/http_endpoint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace assay::djinn {
namespace {

constexpr Nanoseconds kGuestMost = 5s;  ///< From its first byte to its last.
constexpr Nanoseconds kAcceptPause = 100ms;

struct Head {
  std::string_view method;
  std::string_view target;
  std::string_view version;
  std::optional<std::string_view> host;
  bool is_malformed = false;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// The next line without its end; `text` goes behind it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

bool is_host_field(std::string_view name) {
  constexpr std::string_view kHost = "host";
  return std::ranges::equal(name, kHost, [](char have, char want) {
    return std::tolower(static_cast<unsigned char>(have)) == want;
  });
}

Head parse_head(std::string_view text) {
  Head head;
  std::string_view line = take_line(text);
  head.method = take_word(line);
  head.target = take_word(line);
  head.version = line;
  head.is_malformed = head.method.empty() || !head.target.starts_with('/') ||
                      !head.version.starts_with("HTTP/") ||
                      head.version.find(' ') != std::string_view::npos;
  while (!text.empty()) {
    line = take_line(text);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) head.is_malformed = true;
    if (!is_host_field(line.substr(0, colon))) continue;
    head.is_malformed |= head.host.has_value();  // Two might mean two things.
    head.host = trimmed(line.substr(colon + 1));
  }
  return head;
}

/// "127.0.0.1:9095", "[::1]", "localhost": what a name elsewhere that leads here is not.
bool names_this_machine(std::string_view host) {
  const bool in_brackets = host.starts_with('[');
  const std::size_t end = in_brackets ? host.find(']') : host.find(':');
  std::string_view name = host.substr(0, end);
  if (in_brackets) name.remove_prefix(1);
  return is_local(TcpAddress{.host = std::string(name)});
}

std::string_view reason_of(int status) {
  struct Reason {
    int status;
    std::string_view text;
  };
  constexpr std::array<Reason, 8> kReasons{{{200, "OK"},
                                            {400, "Bad Request"},
                                            {403, "Forbidden"},
                                            {404, "Not Found"},
                                            {405, "Method Not Allowed"},
                                            {431, "Request Header Fields Too Large"},
                                            {503, "Service Unavailable"},
                                            {505, "HTTP Version Not Supported"}}};
  const auto* const found = std::ranges::find(kReasons, status, &Reason::status);
  return found == kReasons.end() ? "Internal Server Error" : found->text;
}

std::string written(const HttpAnswer& answer, bool has_body) {
  std::string text =
      format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", answer.status,
             reason_of(answer.status), answer.type, answer.body.size());
  if (answer.status == 405) text += "Allow: GET, HEAD\r\n";
  text += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
  if (has_body) text += answer.body;
  return text;
}

HttpAnswer failure(int status, std::string message) {
  return {.status = status, .body = std::move(message) + "\n"};
}

HttpAnswer answer_to(const Head& head, const HttpHandler& handler) {
  if (head.is_malformed) return failure(400, "expected GET PATH HTTP/1.1 and header fields");
  if (head.version != "HTTP/1.1" && head.version != "HTTP/1.0") {
    return failure(505, "expected HTTP/1.1");
  }
  if (head.host ? !names_this_machine(*head.host) : head.version == "HTTP/1.1") {
    return failure(403, "expected a Host of this machine: 127.0.0.1, [::1] or localhost");
  }
  if (head.method != "GET" && head.method != "HEAD") return failure(405, "expected GET");
  return handler(head.target.substr(0, head.target.find('?')));
}

}  // namespace

std::size_t http_head_size(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    const std::string_view rest = bytes.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
  }
  return std::string_view::npos;
}

std::string http_answer(std::string_view head, const HttpHandler& handler) {
  const Head parsed = parse_head(head);
  return written(answer_to(parsed, handler), parsed.method != "HEAD");
}

Result<std::unique_ptr<HttpEndpoint>> HttpEndpoint::create(EventLoop& loop, const Address& address,
                                                           HttpHandler handler) {
  if (!std::holds_alternative<TcpAddress>(address) || !is_local(address)) {
    return Error::user("{}; expected a port of this machine alone, as 127.0.0.1:9095",
                       to_text(address));
  }
  ASSAY_TRY(Listener listener, Listener::create(address, {}));
  std::unique_ptr<HttpEndpoint> endpoint(
      new HttpEndpoint(loop, std::move(listener), std::move(handler)));
  ASSAY_TRY_VOID(endpoint->watch());
  return endpoint;
}

HttpEndpoint::~HttpEndpoint() {
  loop_->cancel(pause_);
  loop_->forget(listener_.descriptor());
  while (!guests_.empty())
    leave(guests_.begin()->first);
}

Result<void> HttpEndpoint::watch() {
  return loop_->watch(listener_.descriptor(), {.readable = true}, [this](Ready) { accept_all(); });
}

void HttpEndpoint::accept_all() {
  while (true) {
    auto stream = listener_.accept();
    if (!stream) {  // No descriptor for one more: those who wait go on waiting.
      std::ignore = loop_->change(listener_.descriptor(), {});
      pause_ = loop_->after(kAcceptPause, [this] {
        std::ignore = loop_->change(listener_.descriptor(), {.readable = true});
      });
      return;
    }
    if (*stream == nullptr) return;
    if (guests_.size() < kHttpGuestsMax) welcome(*std::move(stream));
  }
}

void HttpEndpoint::welcome(std::unique_ptr<SocketStream> stream) {
  const int descriptor = stream->descriptor();
  const auto watched = loop_->watch(descriptor, {.readable = true},
                                    [this, descriptor](Ready) { on_ready(descriptor); });
  if (!watched) return;
  Guest& guest = guests_[descriptor];
  guest.stream = std::move(stream);
  guest.timer = loop_->after(kGuestMost, [this, descriptor] { leave(descriptor); });
}

Result<bool> HttpEndpoint::hear(Guest& guest) {
  std::array<std::byte, 4096> bytes;
  while (guest.answer.empty()) {
    ASSAY_TRY(const Moved moved, guest.stream->receive(bytes));
    if (moved.state == MovedState::kNotNow) return true;
    if (moved.state == MovedState::kEnded) return false;
    guest.heard.append(reinterpret_cast<const char*>(bytes.data()), moved.bytes);
    const std::size_t size = http_head_size(guest.heard);
    if (size != std::string::npos) {
      guest.answer = http_answer(std::string_view(guest.heard).substr(0, size), handler_);
    } else if (guest.heard.size() > kHttpHeadMax) {
      guest.answer = written(failure(431, "expected a head of at most 8192 bytes"), true);
    }
  }
  return true;
}

Result<bool> HttpEndpoint::tell(Guest& guest) {
  while (guest.sent < guest.answer.size()) {
    const Part rest = std::as_bytes(std::span(guest.answer)).subspan(guest.sent);
    ASSAY_TRY(const Moved moved, guest.stream->send({&rest, 1}));
    if (moved.state == MovedState::kNotNow) return true;
    guest.sent += moved.bytes;
  }
  return false;
}

void HttpEndpoint::on_ready(int descriptor) {
  const auto at = guests_.find(descriptor);
  if (at == guests_.end()) return;
  Guest& guest = at->second;
  const auto heard = hear(guest);
  if (!heard || !*heard) return leave(descriptor);
  if (guest.answer.empty()) return;
  const auto told = tell(guest);
  if (!told || !*told) return leave(descriptor);
  // What it says behind its request is not listened to.
  if (!loop_->change(descriptor, {.writable = true})) leave(descriptor);
}

void HttpEndpoint::leave(int descriptor) {
  const auto at = guests_.find(descriptor);
  if (at == guests_.end()) return;
  loop_->cancel(at->second.timer);
  loop_->forget(descriptor);
  guests_.erase(at);
}

}  // namespace assay::djinn
