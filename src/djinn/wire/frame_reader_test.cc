// SPDX-License-Identifier: MIT
#include "djinn/wire/frame_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/random.h"
#include "djinn/wire/limits.h"

namespace assay::djinn {
namespace {

struct Sent {
  FrameHeader header;
  std::vector<std::byte> body;
  std::vector<std::byte> payload;
};

std::vector<std::byte> random_bytes(Random& random, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes)
    byte = static_cast<std::byte>(random.next());
  return bytes;
}

std::size_t random_size(Random& random, std::size_t most) {
  const std::size_t sizes[] = {0, 1, 63, 300, 40'000, 100'000};
  return std::min(most, sizes[random.below(std::size(sizes))]);
}

std::vector<Sent> random_frames(Random& random, std::size_t count) {
  const Opcode said[] = {Opcode::kPing, Opcode::kCall, Opcode::kAppend, Opcode::kPutWeight};
  std::vector<Sent> frames;
  for (std::size_t i = 0; i < count; ++i) {
    const Opcode opcode = said[random.below(std::size(said))];
    const OpcodeLimits& limits = limits_of(opcode);
    Sent sent{.header = {.opcode = opcode, .is_checked = random.coin(), .request = i},
              .body = random_bytes(random, random_size(random, limits.body_max)),
              .payload = random_bytes(random, random_size(random, limits.payload_max))};
    frames.push_back(std::move(sent));
  }
  return frames;
}

std::vector<std::byte> bytes_of(const std::vector<Sent>& frames) {
  std::vector<std::byte> bytes;
  for (const Sent& frame : frames) {
    const auto more = write_frame(frame.header, frame.body, frame.payload);
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  return bytes;
}

/// Feeds all, in pieces of at most `piece` bytes, and gives the frames or the first error.
Result<std::vector<Frame>> read_all(FrameReader& reader, std::span<const std::byte> bytes,
                                    const std::function<std::size_t()>& piece) {
  std::vector<Frame> frames;
  while (!bytes.empty()) {
    const std::size_t taken = reader.feed(bytes.first(std::min(piece(), bytes.size())));
    bytes = bytes.subspan(taken);
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
    EXPECT_EQ(got[i].header.request, want[i].header.request);
    EXPECT_EQ(got[i].header.opcode, want[i].header.opcode);
    EXPECT_TRUE(std::ranges::equal(got[i].body.bytes(), want[i].body)) << "body of " << i;
    EXPECT_TRUE(std::ranges::equal(got[i].payload.bytes(), want[i].payload)) << "payload " << i;
  }
}

TEST(FrameReader, GivesTheSameFramesWhateverThePieces) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto frames = random_frames(random, 12);
    const auto bytes = bytes_of(frames);
    const std::uint64_t most = seed % 4 == 0 ? 1 : std::uint64_t{1} << (seed % 18);
    FrameReader reader(Speaker::kClient);
    reader.greeted();
    const auto got = read_all(reader, bytes,
                              [&] { return static_cast<std::size_t>(1 + random.below(most * 2)); });
    ASSERT_TRUE(got) << got.error().to_string();
    expect_same(*got, frames);
    EXPECT_TRUE(reader.is_between_frames());
    EXPECT_EQ(reader.held(), 0U);
  }
}

TEST(FrameReader, ReceivesLargePayloadsWhereTheyStay) {
  Random random(5);
  const std::vector<Sent> frames{{.header = {.opcode = Opcode::kPutWeight},
                                  .body = {},
                                  .payload = random_bytes(random, 5 << 20)}};
  const auto bytes = bytes_of(frames);
  FrameReader reader(Speaker::kClient);
  reader.greeted();
  std::size_t at = 0;
  std::size_t held_most = 0;
  std::optional<Frame> frame;
  while (!frame) {
    const auto space = reader.space();
    ASSERT_FALSE(space.empty());
    const std::size_t size = std::min({space.size(), bytes.size() - at, std::size_t{70'000}});
    ASSERT_GT(size, 0U);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, space.begin());
    reader.commit(size);
    at += size;
    auto next = reader.next();
    ASSERT_TRUE(next);
    frame = std::move(*next);
    held_most = std::max(held_most, reader.held());
    EXPECT_LE(reader.held(), std::max<std::size_t>(1 << 20, 4 * at));
  }
  EXPECT_TRUE(std::ranges::equal(frame->payload.bytes(), frames[0].payload));
  EXPECT_GE(held_most, std::size_t{1} << 20);
}

TEST(FrameReader, HoldsLittleForAPromise) {
  FrameReader reader(Speaker::kClient);
  reader.greeted();
  const auto head = write_header({.opcode = Opcode::kCall,
                                  .payload_kind = PayloadKind::kInline,
                                  .body_size = 1 << 20,
                                  .payload_size = 1 << 30});
  ASSERT_EQ(reader.feed(head), head.size());
  const auto next = reader.next();
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->has_value());
  EXPECT_LE(reader.held(), std::size_t{1} << 20);
  EXPECT_FALSE(reader.is_between_frames());
}

TEST(FrameReader, StaysAtItsFirstError) {
  const std::vector<std::byte> body(100, std::byte{7});
  auto bytes = write_frame({.opcode = Opcode::kError, .is_checked = true}, body);
  bytes.back() ^= std::byte{1};
  const auto good = write_frame({.opcode = Opcode::kError}, body);
  bytes.insert(bytes.end(), good.begin(), good.end());
  FrameReader reader(Speaker::kClient);
  reader.feed(bytes);
  for (int i = 0; i < 3; ++i) {
    const auto next = reader.next();
    ASSERT_FALSE(next);
    EXPECT_NE(next.error().message().find("the body's checksum"), std::string::npos);
    EXPECT_EQ(reader.defect(), FrameDefect::kBodyChecksum);
  }
}

FrameDefect defect_of(Speaker peer, bool greeted, std::initializer_list<Opcode> opcodes) {
  FrameReader reader(peer);
  if (greeted) reader.greeted();
  for (const Opcode opcode : opcodes) {
    reader.feed(write_frame({.opcode = opcode}, {}));
    if (!reader.next()) break;
  }
  return reader.defect();
}

TEST(FrameReader, KnowsWhoSaysWhatAndWhen) {
  using enum Opcode;
  const auto client = Speaker::kClient;
  const auto server = Speaker::kServer;
  EXPECT_EQ(defect_of(client, false, {kHello}), FrameDefect::kNone);
  EXPECT_EQ(defect_of(client, false, {kHello, kHello}), FrameDefect::kGreetedTwice);
  EXPECT_EQ(defect_of(client, true, {kHello, kPing, kHello}), FrameDefect::kGreetedTwice);
  EXPECT_EQ(defect_of(client, false, {kCall}), FrameDefect::kNotGreeted);
  EXPECT_EQ(defect_of(client, false, {kHello, kPing}), FrameDefect::kNotGreeted);
  EXPECT_EQ(defect_of(client, false, {kWelcome}), FrameDefect::kSpeaker);
  EXPECT_EQ(defect_of(client, true, {kCallResult}), FrameDefect::kSpeaker);
  EXPECT_EQ(defect_of(client, false, {kError, kGoodbye}), FrameDefect::kNone);
  EXPECT_EQ(defect_of(server, false, {kWelcome}), FrameDefect::kNone);
  EXPECT_EQ(defect_of(server, false, {kHello}), FrameDefect::kSpeaker);
  EXPECT_EQ(defect_of(server, true, {kWelcome, kPong, kCallResult}), FrameDefect::kNone);
  EXPECT_EQ(defect_of(server, false, {kWelcome, kWelcome}), FrameDefect::kGreetedTwice);
}

TEST(FrameReader, RefusesTwentyBytesOfNothing) {
  FrameReader reader(Speaker::kClient);
  reader.feed(std::vector<std::byte>(20));
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.is_between_frames());  // Whoever closes now cut a frame.
  reader.feed(std::vector<std::byte>(44));
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.defect(), FrameDefect::kMagic);
}

}  // namespace
}  // namespace assay::djinn
