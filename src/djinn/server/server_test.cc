// SPDX-License-Identifier: MIT
#include "djinn/server/server.h"

#include <gmock/gmock.h>

#include <thread>

#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "djinn/transport/socket.h"
#include "djinn/transport/waiting.h"
#include "engine/backends/reference/reference_device.h"

namespace assay::djinn {
namespace {

using ::testing::HasSubstr;

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    ServerOptions options;
    options.listen = {address_};
    options.service.memory = {.device = Bytes(4 << 20),
                              .text = Bytes(1 << 20),
                              .stack = Bytes(1 << 20),
                              .host = Bytes(0)};
    server_ = *Server::create(*device_, options, clock_);
    thread_ = std::thread([this] { EXPECT_TRUE(server_->run()); });
  }
  ~ServerTest() override {
    server_->stop();
    thread_.join();
  }
  std::unique_ptr<SocketStream> connected() { return *connect_to(address_, 5s); }
  static void say(Stream& stream, std::span<const std::byte> bytes) {
    const std::vector<Part> parts{bytes};
    std::ignore = send_waiting(stream, parts, {}, 5s);  // The server may be gone by then.
  }
  template <class Message>
  static std::vector<std::byte> frame(const Message& message, std::uint64_t request = 1) {
    return write_frame({.opcode = Message::kOpcode, .request = request}, encode(message));
  }
  static std::vector<std::byte> hello(std::uint16_t version = 1) {
    return frame(HelloMessage{.version_min = version, .version_max = version});
  }
  /// Frames until so many came, or the server closed.
  static std::vector<Frame> hear(Stream& stream, std::size_t count) {
    FrameReader reader(Speaker::kServer);
    std::vector<Frame> frames;
    while (frames.size() < count) {
      const auto moved = receive_waiting(stream, reader.space(), {}, 5s);
      if (!moved || moved->state == MovedState::kEnded) break;
      reader.commit(moved->bytes);
      while (true) {
        auto next = reader.next();
        EXPECT_TRUE(next);
        if (!next || !*next) break;
        if ((*next)->header.opcode == Opcode::kWelcome) reader.greeted();
        frames.push_back(std::move(**next));
      }
    }
    return frames;
  }
  void expect_it_serves() {
    const auto stream = connected();
    say(*stream, hello());
    PingMessage ping;
    ping.nonce = 42;
    say(*stream, frame(ping, 2));
    const auto frames = hear(*stream, 2);
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(decode<PongMessage>(frames[1].body.bytes())->nonce, 42U);
  }

  codec::TemporaryFolder folder_{"server"};
  Address address_ = *parse_address("unix:" + (folder_.path() / "s").string());
  SteadyClock clock_;
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

ErrorMessage error_in(const std::vector<Frame>& frames) {
  if (frames.empty() || frames.back().header.opcode != Opcode::kError) return {};
  return *decode<ErrorMessage>(frames.back().body.bytes());
}

TEST_F(ServerTest, GreetsWhoSpeaksItsVersion) {
  const auto stream = connected();
  say(*stream, hello());
  const auto frames = hear(*stream, 1);
  ASSERT_EQ(frames.size(), 1U);
  const auto welcome = decode<WelcomeMessage>(frames[0].body.bytes());
  ASSERT_TRUE(welcome);
  EXPECT_FALSE(welcome->epoch.is_zero());
  const auto other = connected();
  say(*other, hello(9));
  EXPECT_EQ(error_in(hear(*other, 2)).code, ErrorCode::kVersion);
}

TEST_F(ServerTest, ClosesOnNonsenseAndServesTheOthers) {
  Random random(7);
  for (int round = 0; round < 30; ++round) {
    const auto stream = connected();
    std::vector<std::byte> bytes = round % 2 == 0 ? hello() : std::vector<std::byte>();
    const auto ping = frame(PingMessage(), 3);
    bytes.insert(bytes.end(), ping.begin(), ping.end());
    const std::size_t at = static_cast<std::size_t>(random.below(bytes.size()));
    bytes[at] ^= static_cast<std::byte>(1 + random.below(255));
    say(*stream, bytes);
    std::ignore = stream->finish_sending();
    const auto frames = hear(*stream, 100);  // To the end: the server closes.
    EXPECT_LE(frames.size(), 3U);
  }
  expect_it_serves();
}

TEST_F(ServerTest, AnswersWithAnErrorWhatABodyDoesNotMean) {
  const auto stream = connected();
  say(*stream, hello());
  const std::vector<std::byte> nonsense(20, std::byte{0xFF});
  say(*stream, write_frame({.opcode = Opcode::kAppend, .request = 5}, nonsense));
  const auto frames = hear(*stream, 100);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1].header.request, 5U);
  EXPECT_EQ(error_in(frames).code, ErrorCode::kMalformed);
  expect_it_serves();
}

TEST_F(ServerTest, SaysThatASessionIsNotThere) {
  const auto stream = connected();
  say(*stream, hello());
  say(*stream, frame(SignalPhaseMessage(), 2));
  say(*stream, frame(CloseSessionMessage(), 3));
  const auto frames = hear(*stream, 3);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(error_in(frames).code, ErrorCode::kNotFound);
}

TEST_F(ServerTest, AnswersWhoSaysThatItSaysNoMore) {
  const auto stream = connected();
  say(*stream, hello());
  say(*stream, frame(FlushPlansMessage(), 2));
  say(*stream, frame(PingMessage(), 3));
  ASSERT_TRUE(stream->finish_sending());
  EXPECT_EQ(hear(*stream, 100).size(), 3U) << "and then it closes";
}

TEST_F(ServerTest, TellsItsConnections) {
  const auto stream = connected();
  say(*stream, hello());
  say(*stream, frame(StatsMessage{"connections"}, 2));
  const auto frames = hear(*stream, 2);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_THAT(decode<StatsTextMessage>(frames[1].body.bytes())->json, HasSubstr("received_bytes"));
}

}  // namespace
}  // namespace assay::djinn
