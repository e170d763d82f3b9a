// SPDX-License-Identifier: MIT
#include "djinn/transport/payload_ring.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <deque>
#include <thread>

#include "core/random.h"

namespace assay::djinn {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kRing = std::size_t{1} << 18U;

/// Both ends of one ring, as two processes map it.
struct Ends {
  explicit Ends(RingParts parts)
      : memory(*SharedMemory::map(Descriptor(::dup(parts.memory.descriptor())),
                                  parts.memory.bytes().size())),
        server(RingSide::kServer, std::move(parts)),
        client(RingSide::kClient, *rings_from(one(Descriptor(::dup(server.descriptor()))), kRing)) {
  }
  static std::vector<Descriptor> one(Descriptor descriptor) {
    std::vector<Descriptor> list;
    list.push_back(std::move(descriptor));
    return list;
  }

  SharedMemory memory;  ///< As a hostile peer writes into it.
  PayloadRing server;
  PayloadRing client;
};

std::vector<std::byte> pattern(std::size_t size, std::uint64_t seed) {
  std::vector<std::uint64_t> words(size / 8 + 1);
  for (std::uint64_t& word : words)
    word = seed++ * 0x9E3779B97F4A7C15U;
  const auto bytes = std::as_bytes(std::span(words)).first(size);
  return {bytes.begin(), bytes.end()};
}

Result<bool> put(PayloadRing& ring, std::span<const std::byte> bytes) {
  // In two parts, as tensors come.
  const std::vector<Part> parts{bytes.first(bytes.size() / 3), bytes.subspan(bytes.size() / 3)};
  return ring.put(parts);
}

TEST(PayloadRing, CarriesPayloadsBothWaysInTheirOrder) {
  Ends ends(*make_rings(kRing));
  Random random(3);
  std::deque<std::vector<std::byte>> sent;
  for (std::uint64_t step = 0; step < 1500; ++step) {
    if (random.coin()) {
      auto bytes =
          pattern(kRingPayloadMin + static_cast<std::size_t>(random.below(kRing / 3)), step);
      const auto is_put = put(ends.client, bytes);
      ASSERT_TRUE(is_put) << is_put.error().to_string();
      if (*is_put) sent.push_back(std::move(bytes));
    } else if (!sent.empty()) {
      const auto got = ends.server.take(sent.front().size());
      ASSERT_TRUE(got) << got.error().to_string();
      EXPECT_TRUE(std::ranges::equal(got->bytes(), sent.front()));
      sent.pop_front();
    }
  }
  EXPECT_GT(ends.server.received(), std::uint64_t{50} * kRing);
  const auto bytes = pattern(kRing, 1);
  ASSERT_TRUE(*put(ends.server, bytes)) << "all of it, and the other way is free";
  EXPECT_TRUE(std::ranges::equal(ends.client.take(kRing)->bytes(), bytes));
}

TEST(PayloadRing, PutsAllOrNothing) {
  Ends ends(*make_rings(kRing));
  EXPECT_FALSE(*put(ends.client, pattern(kRingPayloadMin - 1, 1))) << "small";
  EXPECT_FALSE(*put(ends.client, pattern(kRing + 1, 1))) << "never";
  ASSERT_TRUE(*put(ends.client, pattern(kRing - kRingPayloadMin, 2)));
  EXPECT_FALSE(*put(ends.client, pattern(kRingPayloadMin + 1, 3))) << "not now";
  EXPECT_EQ(ends.client.sent(), kRing - kRingPayloadMin);
  ASSERT_TRUE(ends.server.take(kRing - kRingPayloadMin));
  EXPECT_TRUE(*put(ends.client, pattern(kRingPayloadMin + 1, 3)));
}

TEST(PayloadRing, RefusesWhatCannotBe) {
  Ends ends(*make_rings(kRing));
  const auto more = ends.server.take(kRing + 1);
  ASSERT_FALSE(more);
  const auto absent = ends.server.take(kRingPayloadMin);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().blame(), Blame::kUser);
  EXPECT_THAT(absent.error().message(), HasSubstr("promises 32768 bytes in shared memory; 0"));
  Frame frame;
  frame.header = {.opcode = Opcode::kCall, .payload_kind = PayloadKind::kShared, .payload_size = 1};
  EXPECT_THAT(fetch_payload(frame, nullptr).error().message(), HasSubstr("nobody agreed"));
  EXPECT_FALSE(fetch_payload(frame, &ends.server));
  frame.header.payload_kind = PayloadKind::kInline;
  EXPECT_TRUE(fetch_payload(frame, nullptr));
}

/// A peer that scribbles all the time, in control words and data: typed errors, bytes of the ring,
/// and never anything beside it.
TEST(PayloadRing, OutlivesAPeerThatScribbles) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Ends ends(*make_rings(kRing));
    Random random(seed);
    const auto memory = ends.memory.bytes();
    bool is_broken = false;
    for (int step = 0; step < 500 && !is_broken; ++step) {
      const bool hits_control = random.below(8) == 0;
      const std::size_t where =
          static_cast<std::size_t>(random.below(hits_control ? 2 * 1024 : memory.size()));
      memory[where] = static_cast<std::byte>(random.below(256));
      const auto bytes = pattern(kRingPayloadMin, seed);
      const auto is_put = put(ends.server, bytes);
      const auto got = ends.server.take(static_cast<std::size_t>(random.below(kRing)));
      EXPECT_TRUE(is_put || is_put.error().blame() == Blame::kUser);
      EXPECT_TRUE(got || got.error().blame() == Blame::kUser);
      is_broken = !is_put;
    }
  }
}

/// What was taken is the receiver's own: nothing that the peer does later changes it.
TEST(PayloadRing, TakesACopyThatNobodyElseCanChange) {
  Ends ends(*make_rings(kRing));
  const auto bytes = pattern(kRingPayloadMin, 7);
  ASSERT_TRUE(*put(ends.client, bytes));
  const auto got = ends.server.take(bytes.size());
  ASSERT_TRUE(got);
  std::ranges::fill(ends.memory.bytes(), std::byte{0xEE});
  EXPECT_TRUE(std::ranges::equal(got->bytes(), bytes));
}

}  // namespace
}  // namespace assay::djinn
