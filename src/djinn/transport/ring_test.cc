// SPDX-License-Identifier: MIT
#include "djinn/transport/ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

#include "core/crc32c.h"
#include "core/random.h"

namespace assay::djinn {
namespace {

class Ring {
 public:
  explicit Ring(std::size_t size) : words_((kRingControl + size) / 8) {}
  RingMemory memory() {
    const auto all = std::as_writable_bytes(std::span(words_));
    return {.control = all.first(kRingControl), .data = all.subspan(kRingControl)};
  }
  void set_word(std::size_t offset, std::uint64_t value) { words_[offset / 8] = value; }

 private:
  std::vector<std::uint64_t> words_;
};

std::vector<std::byte> random_bytes(Random& random, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes)
    byte = static_cast<std::byte>(random.next());
  return bytes;
}

TEST(Ring, GivesWhatItGotWhateverThePieces) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    Ring ring(64);
    RingWriter writer(ring.memory());
    RingReader reader(ring.memory());
    const auto sent = random_bytes(random, 5000);
    std::vector<std::byte> got;
    std::size_t at = 0;
    while (got.size() < sent.size()) {
      const auto rest = std::span<const std::byte>(sent).subspan(at);
      const Part parts[] = {rest.first(std::min<std::size_t>(rest.size(), random.below(40))),
                            {},
                            rest.subspan(rest.size())};
      at += *writer.write(parts);
      std::byte into[100];
      const std::size_t read = *reader.read(std::span(into).first(1 + random.below(99)));
      got.insert(got.end(), into, into + read);
      ASSERT_LE(at - got.size(), 64U);
    }
    EXPECT_EQ(got, sent);
    EXPECT_FALSE(reader.has_ended());
    writer.end();
    EXPECT_TRUE(reader.has_ended());
  }
}

TEST(Ring, TakesNoMoreThanItHolds) {
  Ring ring(64);
  RingWriter writer(ring.memory());
  RingReader reader(ring.memory());
  const std::vector<std::byte> bytes(100, std::byte{1});
  const Part part(bytes);
  EXPECT_EQ(*writer.write({&part, 1}), 64U);
  EXPECT_EQ(*writer.write({&part, 1}), 0U);
  writer.end();
  EXPECT_FALSE(reader.has_ended()) << "64 bytes are still there";
  std::byte into[100];
  EXPECT_EQ(*reader.read(into), 64U);
  EXPECT_TRUE(reader.has_ended());
  EXPECT_EQ(*reader.read(into), 0U);
}

TEST(Ring, WakesOnlyWhoSleeps) {
  Ring ring(64);
  RingWriter writer(ring.memory());
  RingReader reader(ring.memory());
  const std::vector<std::byte> bytes(64);
  const Part part(bytes);
  std::byte into[64];
  EXPECT_FALSE(writer.take_sleeping_reader());
  EXPECT_TRUE(reader.may_sleep());
  ASSERT_EQ(*writer.write({&part, 1}), 64U);
  EXPECT_TRUE(writer.take_sleeping_reader());
  EXPECT_FALSE(writer.take_sleeping_reader()) << "one bell for one sleep";
  EXPECT_FALSE(reader.may_sleep()) << "there is something to read";
  EXPECT_TRUE(writer.may_sleep());
  ASSERT_EQ(*reader.read(into), 64U);
  EXPECT_TRUE(reader.take_sleeping_writer());
  EXPECT_FALSE(writer.may_sleep()) << "there is room";
  EXPECT_TRUE(reader.may_sleep());
  writer.end();
  EXPECT_FALSE(reader.may_sleep()) << "the end is something to see";
}

TEST(Ring, RefusesPositionsThatCannotBe) {
  const std::vector<std::byte> bytes(10);
  const Part part(bytes);
  std::byte into[64];
  for (const std::uint64_t head : {std::uint64_t{65}, std::uint64_t{1} << 63U, ~std::uint64_t{0}}) {
    Ring ring(64);
    RingReader reader(ring.memory());
    ring.set_word(0, head);
    const auto read = reader.read(into);
    ASSERT_FALSE(read) << head;
    EXPECT_NE(read.error().message().find("broken or hostile"), std::string::npos);
  }
  for (const std::uint64_t tail :
       {std::uint64_t{1}, std::uint64_t{1} << 63U, 0 - std::uint64_t{65}}) {
    Ring ring(64);
    RingWriter writer(ring.memory());
    ring.set_word(64, tail);
    EXPECT_FALSE(writer.may_sleep()) << "what is wrong is told by the next write";
    ASSERT_FALSE(writer.write({&part, 1})) << tail;
  }
  Ring ring(64);  // A reader that goes back frees nothing, a writer that goes back gives nothing.
  RingReader reader(ring.memory());
  ring.set_word(0, 10);
  ASSERT_EQ(*reader.read(into), 10U);
  ring.set_word(0, 5);
  EXPECT_FALSE(reader.read(into));
}

TEST(Ring, IsAPowerOfTwo) {
  Ring ring(96);
  EXPECT_DEATH(RingWriter(ring.memory()), "power of two");
}

/// A message: its size, its checksum, its bytes.
struct Head {
  std::uint32_t size;
  std::uint32_t crc;
};

template <class Move>
void move_all(std::span<std::byte> bytes, Move move) {
  while (!bytes.empty()) {
    const std::size_t moved = move(bytes);
    if (moved == 0) std::this_thread::yield();
    bytes = bytes.subspan(moved);
  }
}

TEST(Ring, KeepsEveryMessageBetweenTwoThreads) {
  constexpr int kMessages = 20'000;
  Ring ring(1024);
  std::thread sender([&ring] {
    RingWriter writer(ring.memory());
    Random random(8);
    for (int i = 0; i < kMessages; ++i) {
      auto bytes = random_bytes(random, static_cast<std::size_t>(random.below(300)));
      Head head{static_cast<std::uint32_t>(bytes.size()), crc32c(bytes)};
      const auto write = [&writer, &random](std::span<std::byte> rest) {
        const Part part = rest.first(std::min<std::size_t>(rest.size(), 1 + random.below(100)));
        return *writer.write({&part, 1});
      };
      move_all(std::as_writable_bytes(std::span(&head, 1)), write);
      move_all(bytes, write);
    }
    writer.end();
  });
  RingReader reader(ring.memory());
  int sound = 0;
  for (int i = 0; i < kMessages; ++i) {
    Head head{};
    const auto read = [&reader](std::span<std::byte> rest) { return *reader.read(rest); };
    move_all(std::as_writable_bytes(std::span(&head, 1)), read);
    if (head.size >= 300) break;
    std::vector<std::byte> bytes(head.size);
    move_all(bytes, read);
    sound += crc32c(bytes) == head.crc ? 1 : 0;
  }
  sender.join();
  EXPECT_EQ(sound, kMessages);
  EXPECT_TRUE(reader.has_ended());
}

}  // namespace
}  // namespace assay::djinn
