// SPDX-License-Identifier: MIT
#include "djinn/transport/frame_sender.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "djinn/transport/faulty_stream.h"
#include "djinn/transport/socket.h"
#include "djinn/wire/frame_reader.h"

namespace assay::djinn {
namespace {

struct Sent {
  FrameHeader header;
  std::vector<std::byte> body;
  std::vector<std::vector<std::byte>> payload;
};

std::vector<std::byte> random_bytes(Random& random, std::size_t most) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(random.below(most + 1)));
  for (std::byte& byte : bytes)
    byte = static_cast<std::byte>(random.next());
  return bytes;
}

std::vector<Sent> random_frames(Random& random) {
  std::vector<Sent> frames;
  const auto count = 1 + random.below(6);
  for (std::uint64_t i = 0; i < count; ++i) {
    Sent sent{.header = {.opcode = Opcode::kCall, .is_checked = random.coin(), .request = i},
              .body = random_bytes(random, 200),
              .payload = {}};
    for (std::uint64_t part = random.below(5); part > 0; --part)
      sent.payload.push_back(random_bytes(random, 90));
    frames.push_back(std::move(sent));
  }
  return frames;
}

void queue_all(const std::vector<Sent>& frames, FrameSender& sender) {
  for (const Sent& frame : frames) {
    const std::vector<Part> payload(frame.payload.begin(), frame.payload.end());
    sender.queue(frame.header, frame.body, payload);
  }
}

/// What arrives, until all of it did or something fails.
Result<std::vector<Frame>> transfer(FrameSender& sender, Stream& from, Stream& to,
                                    std::size_t count) {
  FrameReader reader(Speaker::kClient);
  reader.greeted();
  std::vector<Frame> frames;
  for (int turn = 0; turn < 1'000'000 && frames.size() < count; ++turn) {
    ASSAY_TRY(const bool is_empty, sender.flush(from));
    ASSAY_CHECK_EQ(is_empty, sender.is_empty(), "flush says what is left");
    ASSAY_TRY(const Moved moved, to.receive(reader.space()));
    reader.commit(moved.bytes);
    while (true) {
      ASSAY_TRY(std::optional<Frame> frame, reader.next());
      if (!frame) break;
      frames.push_back(std::move(*frame));
    }
  }
  return frames;
}

void expect_same(const std::vector<Frame>& got, const std::vector<Sent>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    std::vector<std::byte> payload;
    for (const auto& part : want[i].payload)
      payload.insert(payload.end(), part.begin(), part.end());
    EXPECT_EQ(got[i].header.request, want[i].header.request);
    EXPECT_TRUE(std::ranges::equal(got[i].body.bytes(), want[i].body));
    EXPECT_TRUE(std::ranges::equal(got[i].payload.bytes(), payload));
  }
}

TEST(FrameSender, GetsFramesThroughWhateverTheStreamDoes) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    auto [left, right] = *FaultyStream::pair({.seed = seed,
                                              .piece_max = 1 + seed % 100,
                                              .not_now = 0.5 * random.uniform(),
                                              .room = 1 + random.below(500)});
    const auto frames = random_frames(random);
    FrameSender sender;
    queue_all(frames, sender);
    const auto got = transfer(sender, *left, *right, frames.size());
    ASSERT_TRUE(got) << got.error().to_string();
    expect_same(*got, frames);
    EXPECT_EQ(sender.queued_bytes(), 0U);
    EXPECT_EQ(left->counters().sent, right->counters().received);
  }
}

TEST(FrameSender, FailsWithAReasonWhereTheStreamBreaks) {
  int cut = 0;
  int damaged = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    auto frames = random_frames(random);
    for (Sent& frame : frames)
      frame.header.is_checked = true;
    FrameSender sender;
    queue_all(frames, sender);
    Faults faults{.seed = seed, .piece_max = 50};
    const std::uint64_t at = random.below(sender.queued_bytes());
    (random.coin() ? faults.cut_at : faults.damage_at) = at;
    auto [left, right] = *FaultyStream::pair(faults);
    const auto got = transfer(sender, *left, *right, frames.size());
    ASSERT_FALSE(got) << "nothing damaged is ever taken for whole";
    EXPECT_FALSE(got.error().message().empty());
    (faults.cut_at ? cut : damaged)++;
  }
  EXPECT_GT(cut, 50);
  EXPECT_GT(damaged, 50);
}

TEST(FrameSender, KeepsTheOwnerUntilTheLastByteIsGone) {
  auto [left, right] = *SocketStream::pair();
  auto tensor = std::make_shared<std::vector<std::byte>>(4 << 20, std::byte{5});
  const std::weak_ptr<std::vector<std::byte>> alive = tensor;
  FrameSender sender;
  sender.queue({.opcode = Opcode::kCall}, {}, {Part(*tensor)}, tensor);
  tensor.reset();
  ASSERT_FALSE(*sender.flush(*left)) << "a socket does not hold so much";
  EXPECT_FALSE(alive.expired());
  const auto got = transfer(sender, *left, *right, 1);
  ASSERT_TRUE(got);
  EXPECT_TRUE(alive.expired());
  EXPECT_EQ(got->front().payload.size(), std::size_t{4} << 20);
}

TEST(FrameSender, SendsManySmallFramesInOneCall) {
  auto [left, right] = *SocketStream::pair();
  FrameSender sender;
  for (int i = 0; i < 10; ++i)
    sender.queue({.opcode = Opcode::kPing}, std::vector<std::byte>(3));
  EXPECT_EQ(sender.queued_bytes(), 10 * (kHeaderSize + 3));
  ASSERT_TRUE(*sender.flush(*left));
  EXPECT_EQ(left->counters().send_calls, 1U);
  ASSERT_TRUE(*sender.flush(*left)) << "nothing to do";
}

}  // namespace
}  // namespace assay::djinn
