// SPDX-License-Identifier: MIT
#include "djinn/server/connection.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

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

TEST_F(ConnectionTest, WhoComputedAnswersFromAThreadOfItsOwn) {
  say(frame(HelloMessage{.version_min = 1, .version_max = 1}, 1));
  read();
  connection_->greet(0, "");
  constexpr std::uint64_t kAnswers = 200;
  std::thread other([&] {
    for (std::uint64_t request = 1; request <= kAnswers; ++request) {
      PongMessage pong;
      pong.nonce = request;
      connection_->say({.request = request}, Answer::of(pong), true);
      EXPECT_TRUE(connection_->flush());
    }
  });
  FrameReader reader(Speaker::kServer);
  reader.greeted();
  std::uint64_t heard = 0;
  while (heard < kAnswers) {
    std::ignore = connection_->read([](Arrived) {});  // The loop goes on meanwhile.
    const auto moved = receive_waiting(*peer_, reader.space(), {}, 5s);
    ASSERT_TRUE(moved);
    reader.commit(moved->bytes);
    while (const auto next = *reader.next())
      EXPECT_EQ(next->header.request, ++heard);
  }
  other.join();
  connection_->shut();
  connection_->say({.request = 1}, Answer::of(DoneMessage()), true);
  EXPECT_EQ(*connection_->flush(), true) << "nobody hears it, and nothing waits";
}

TEST_F(ConnectionTest, CopiesPayloadsWhereThatWasAgreed) {
  for (const bool copies : {false, true}) {
    SetUp();
    say(frame(HelloMessage{.version_min = 1, .version_max = 1}, 1));
    read();
    connection_->start();
    connection_->finish({.request = 1});
    connection_->greet(copies ? std::uint64_t{kFeatureCopies} : 0, "");
    const std::vector<std::byte> weight(500, std::byte{7});
    say(write_frame({.opcode = Opcode::kPutWeight, .request = 2},
                    encode(PutWeightMessage{.type = {tensor::DType::kU8, {500}}}), weight));
    const std::byte* came = nullptr;
    ASSERT_TRUE(connection_->read([&](Arrived arrived) {
      came = std::as_const(arrived.frame.payload).bytes().data();
      connection_->queue(std::move(arrived));
    }));
    const auto arrived = connection_->start();
    ASSERT_TRUE(arrived);
    const auto payload = arrived->frame.payload.bytes();
    EXPECT_EQ(payload.data() != came, copies);
    EXPECT_TRUE(std::ranges::equal(payload, weight));
    std::vector<std::byte> kept(100, std::byte{1});
    Answer answer = Answer::of(FetchedMessage());
    answer.payload = {kept};
    connection_->say({.request = 2}, std::move(answer), true);
    kept.assign(100, std::byte{2});  // What was copied does not change any more.
    ASSERT_TRUE(connection_->flush());
    FrameReader reader(Speaker::kServer);
    reader.greeted();
    std::optional<Frame> told;
    while (!told) {
      reader.commit(receive_waiting(*peer_, reader.space(), {}, 5s)->bytes);
      told = *reader.next();
    }
    EXPECT_EQ(std::as_const(told->payload).bytes()[0], static_cast<std::byte>(copies ? 1 : 2));
  }
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
