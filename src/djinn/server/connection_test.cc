// SPDX-License-Identifier: MIT
#include "djinn/server/connection.h"

#include <gmock/gmock.h>

#include "djinn/transport/socket.h"
#include "djinn/transport/waiting.h"

namespace assay::djinn {
namespace {

class ConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto [near, far] = *SocketStream::pair();
    connection_ = std::make_unique<Connection>(
        std::move(near), CreditLimits{.bytes = Bytes(1000), .ops = 2}, clock_);
    peer_ = std::move(far);
  }
  void say(std::span<const std::byte> bytes) {
    const std::vector<Part> parts{bytes};
    ASSERT_TRUE(send_waiting(*peer_, parts, {}, 1s));
  }
  template <class Message>
  std::vector<std::byte> frame(const Message& message, std::uint64_t request,
                               std::uint32_t stream = 0) {
    return write_frame({.opcode = Message::kOpcode, .stream = stream, .request = request},
                       encode(message));
  }
  std::vector<std::uint64_t> read() {
    std::vector<std::uint64_t> requests;
    const auto read = connection_->read([&](Arrived arrived) {
      requests.push_back(arrived.frame.header.request);
      connection_->queue(std::move(arrived));
    });
    EXPECT_TRUE(read);
    return requests;
  }

  SteadyClock clock_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<SocketStream> peer_;
};

TEST_F(ConnectionTest, HearsHelloBeforeAnythingElse) {
  say(frame(FlushPlansMessage(), 1));
  EXPECT_FALSE(connection_->read([](Arrived) {}));
  EXPECT_EQ(connection_->defect(), FrameDefect::kNotGreeted);
}

TEST_F(ConnectionTest, OneOfEachStreamIsUnderWayAsFarAsCreditsReach) {
  say(frame(HelloMessage{.version_min = 1, .version_max = 1}, 1));
  EXPECT_EQ(read(), std::vector<std::uint64_t>{1});
  EXPECT_EQ(connection_->start()->frame.header.request, 1U);
  connection_->finish({.stream = 0, .request = 1});
  connection_->greet(0, "tenant");
  std::vector<std::byte> bytes;
  const std::vector<std::pair<std::uint64_t, std::uint32_t>> requests{
      {2, 7}, {3, 7}, {4, 8}, {5, 9}};
  for (const auto& [request, stream] : requests) {
    const auto one = frame(FlushPlansMessage(), request, stream);
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  say(std::span(bytes).first(70));  // In two pieces, the second frame broken in its header.
  EXPECT_EQ(read(), std::vector<std::uint64_t>{2});
  say(std::span(bytes).subspan(70));
  EXPECT_EQ(read(), (std::vector<std::uint64_t>{3, 4, 5}));
  EXPECT_EQ(connection_->start()->frame.header.request, 2U);
  EXPECT_EQ(connection_->start()->frame.header.request, 4U) << "3 is behind 2";
  EXPECT_FALSE(connection_->start()) << "two may be under way";
  EXPECT_FALSE(connection_->wants_to_read());
  connection_->finish({.stream = 7, .request = 2});
  EXPECT_EQ(connection_->start()->frame.header.request, 3U);
  EXPECT_EQ(connection_->under_way(), 3U);
}

TEST_F(ConnectionTest, CancelsWhatIsUnderWayAndForgetsWhatWaits) {
  say(frame(HelloMessage{.version_min = 1, .version_max = 1}, 1));
  read();
  connection_->start();
  const auto is_cancelled = connection_->cancellation_of(1);
  EXPECT_FALSE(connection_->cancel(9));
  EXPECT_FALSE(is_cancelled->load());
  EXPECT_TRUE(connection_->cancel(1));
  EXPECT_TRUE(is_cancelled->load());
}

}  // namespace
}  // namespace assay::djinn
