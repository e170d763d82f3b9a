// SPDX-License-Identifier: MIT
#include "djinn/transport/http_endpoint.h"

#include <gmock/gmock.h>

#include <array>

#include "core/random.h"
#include "djinn/transport/waiting.h"

namespace assay::djinn {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

HttpAnswer echo(std::string_view path) {
  if (path == "/absent") return {.status = 404, .body = "not here\n"};
  return {.body = "you asked for " + std::string(path)};
}

TEST(HttpAnswer, KeepsToWhatItSays) {
  struct Case {
    std::string_view head;
    std::string_view status;
  };
  const Case cases[] = {
      {"GET /a HTTP/1.1\r\nHost: 127.0.0.1:9095\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
      {"GET /a?b=c HTTP/1.1\r\nhOsT:localhost\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
      {"GET /a HTTP/1.1\r\nHost: [::1]:9095\r\n\r\n", "HTTP/1.1 200"},
      {"GET /a HTTP/1.0\r\n\r\n", "HTTP/1.1 200"},
      {"GET /a HTTP/1.0\n\n", "HTTP/1.1 200"},
      {"GET /absent HTTP/1.0\r\n\r\n", "HTTP/1.1 404"},
      {"GET /a HTTP/1.1\r\n\r\n", "HTTP/1.1 403"},
      {"GET /a HTTP/1.1\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 403"},
      {"GET /a HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", "HTTP/1.1 403"},
      {"GET /a HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"POST /a HTTP/1.0\r\n\r\n", "HTTP/1.1 405"},
      {"GET /a HTTP/2\r\n\r\n", "HTTP/1.1 505"},
      {"GET http://x/a HTTP/1.0\r\n\r\n", "HTTP/1.1 400"},
      {"GET /a b HTTP/1.0\r\n\r\n", "HTTP/1.1 400"},
      {"GET /a HTTP/1.0\r\nno colon\r\n\r\n", "HTTP/1.1 400"},
      {"GET /a\r\n\r\n", "HTTP/1.1 400"},
      {"\r\n\r\n", "HTTP/1.1 400"},
      {"", "HTTP/1.1 400"},
  };
  for (const Case& c : cases)
    EXPECT_THAT(http_answer(c.head, echo), StartsWith(c.status)) << c.head;
}

TEST(HttpAnswer, TellsTheSizeOfItsBody) {
  const std::string get = http_answer("GET /a?x HTTP/1.0\r\n\r\n", echo);
  EXPECT_THAT(get, HasSubstr("Content-Length: 16\r\n"));
  EXPECT_THAT(get, EndsWith("\r\n\r\nyou asked for /a"));
  const std::string head = http_answer("HEAD /a HTTP/1.0\r\n\r\n", echo);
  EXPECT_THAT(head, HasSubstr("Content-Length: 16\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  EXPECT_THAT(http_answer("PUT / HTTP/1.0\r\n\r\n", echo), HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST(HttpAnswer, AnswersWhateverTheBytes) {
  Random random(11);
  const std::string start = "GET /a HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = start.substr(0, static_cast<std::size_t>(random.below(start.size() + 1)));
    for (std::uint64_t change = random.below(4); change > 0 && !text.empty(); --change)
      text[static_cast<std::size_t>(random.below(text.size()))] =
          static_cast<char>(random.below(256));
    const std::string answer = http_answer(text, echo);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 "));
    const std::size_t size = http_head_size(text);
    EXPECT_TRUE(size == std::string::npos || size <= text.size());
  }
}

TEST(HttpHead, EndsBehindItsEmptyLine) {
  EXPECT_EQ(http_head_size("GET / HTTP/1.0\r\n\r\nrest"), 18U);
  EXPECT_EQ(http_head_size("a\n\nrest"), 3U);
  for (const char* const part : {"", "\r\n", "\n", "GET /\r\nA: b\r\n", "GET /\r\n\r"})
    EXPECT_EQ(http_head_size(part), std::string::npos) << part;
}

class HttpEndpointTest : public ::testing::Test {
 protected:
  std::unique_ptr<SocketStream> connected() { return *connect_to(endpoint_->address(), 5s); }
  void say(Stream& stream, std::string_view text) {
    const std::vector<Part> parts{std::as_bytes(std::span(text))};
    ASSERT_TRUE(send_waiting(stream, parts, {}, 5s));
  }
  /// All that it says until it ends, while the loop turns here.
  std::string hear(Stream& stream) {
    std::string heard;
    std::array<std::byte, 3000> bytes;
    for (int turn = 0; turn < 100'000; ++turn) {
      EXPECT_TRUE(loop_->run_once(1ms));
      const auto moved = stream.receive(bytes);
      if (!moved || moved->state == MovedState::kEnded) return heard;
      heard.append(reinterpret_cast<const char*>(bytes.data()), moved->bytes);
    }
    ADD_FAILURE() << "no end came";
    return heard;
  }

  FakeClock clock_;
  std::unique_ptr<EventLoop> loop_ = *EventLoop::create(clock_);
  std::string body_ = "hello";
  std::unique_ptr<HttpEndpoint> endpoint_ =
      *HttpEndpoint::create(*loop_, TcpAddress{"127.0.0.1", 0},
                            [this](std::string_view) { return HttpAnswer{.body = body_}; });
};

TEST_F(HttpEndpointTest, AnswersAndEndsTheConnection) {
  body_ = std::string(std::size_t{3} << 20U, 'x');  // More than a socket takes at once.
  const auto stream = connected();
  for (const char letter : std::string_view("GET / HTTP/1.0\r\n\r\n")) {
    say(*stream, {&letter, 1});
    EXPECT_TRUE(loop_->run_once(1ms));
  }
  const std::string heard = hear(*stream);
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(heard.ends_with(body_));
  EXPECT_EQ(endpoint_->guests(), 0U);
}

TEST_F(HttpEndpointTest, RefusesAHeadWithoutEnd) {
  const auto stream = connected();
  say(*stream, "GET / HTTP/1.0\r\n" + std::string(kHttpHeadMax, 'a'));
  EXPECT_THAT(hear(*stream), StartsWith("HTTP/1.1 431"));
}

TEST_F(HttpEndpointTest, LeavesWhoIsSilentAndWhoIsOneTooMany) {
  std::vector<std::unique_ptr<SocketStream>> guests;
  for (std::size_t i = 0; i < kHttpGuestsMax; ++i)
    guests.push_back(connected());
  while (endpoint_->guests() < kHttpGuestsMax)
    ASSERT_TRUE(loop_->run_once(1ms));
  const auto one_more = connected();
  EXPECT_EQ(hear(*one_more), "");
  EXPECT_EQ(endpoint_->guests(), kHttpGuestsMax);
  clock_.advance(6s);
  EXPECT_EQ(hear(*guests.front()), "");
  EXPECT_EQ(endpoint_->guests(), 0U);
  const auto next = connected();
  say(*next, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(hear(*next), EndsWith("hello"));
}

TEST_F(HttpEndpointTest, ListensOnThisMachineAlone) {
  for (const char* const address :
       {"tcp:0.0.0.0:0", "tcp:192.0.2.1:9095", "tcp:[::]:0", "unix:x"}) {
    const auto refused = HttpEndpoint::create(*loop_, *parse_address(address), echo);
    ASSERT_FALSE(refused) << address;
    EXPECT_EQ(refused.error().blame(), Blame::kUser);
    EXPECT_THAT(refused.error().message(), HasSubstr("of this machine alone"));
  }
}

}  // namespace
}  // namespace assay::djinn
