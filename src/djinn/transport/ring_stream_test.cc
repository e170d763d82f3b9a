// SPDX-License-Identifier: MIT
#include "djinn/transport/ring_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "core/random.h"
#include "djinn/transport/waiting.h"

namespace assay::djinn {
namespace {

struct Ends {
  std::unique_ptr<RingStream> server;
  std::unique_ptr<RingStream> client;
};

/// As a server and a client agree on it: the memory travels beside a byte.
Ends connect(std::size_t bytes) {
  auto [server, client] = *SocketStream::pair();
  RingParts parts = *make_rings(bytes);
  client->keep_descriptors(true);
  server->attach_descriptors({parts.memory.descriptor()});
  std::byte byte{};
  const Part part(&byte, 1);
  EXPECT_TRUE(server->send({&part, 1}));
  EXPECT_TRUE(client->receive({&byte, 1}));
  auto taken = rings_from(client->take_descriptors(), bytes);
  EXPECT_TRUE(taken) << (taken ? "" : taken.error().to_string());
  return {.server = RingStream::create(RingSide::kServer, std::move(parts), std::move(server)),
          .client = RingStream::create(RingSide::kClient, std::move(*taken), std::move(client))};
}

TEST(RingStream, CarriesBytesBothWays) {
  const Ends ends = connect(4096);
  Random random(4);
  std::array<std::byte, 5000> into;
  for (int i = 0; i < 200; ++i) {
    const std::vector<std::byte> bytes(1 + random.below(4096), static_cast<std::byte>(i));
    const Part part(bytes);
    Stream& from = random.coin() ? *ends.server : *ends.client;
    Stream& to = &from == ends.server.get() ? static_cast<Stream&>(*ends.client) : *ends.server;
    ASSERT_EQ(from.send({&part, 1})->bytes, bytes.size());
    ASSERT_EQ(to.receive(into)->bytes, bytes.size());
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), into.begin()));
    EXPECT_EQ(to.receive(into)->state, MovedState::kNotNow);
  }
  EXPECT_EQ(ends.server->counters().sent, ends.client->counters().received);
}

TEST(RingStream, SleepsUntilItIsRung) {
  for (const Nanoseconds budget : {Nanoseconds(0), Nanoseconds(20us)}) {
    const Ends ends = connect(4096);
    constexpr int kRounds = 300;
    std::thread echo([&ends, budget] {
      std::array<std::byte, 64> into;
      for (int i = 0; i < kRounds; ++i) {
        const auto moved = receive_waiting(*ends.server, into, {.budget = budget}, 30s);
        if (!moved || moved->state != MovedState::kMoved) return;
        const Part part = std::span<const std::byte>(into).first(moved->bytes);
        if (!send_waiting(*ends.server, {&part, 1}, {.budget = budget}, 30s)) return;
      }
    });
    std::array<std::byte, 64> into;
    int answered = 0;
    for (int i = 0; i < kRounds; ++i) {
      const std::array<std::byte, 8> bytes{static_cast<std::byte>(i)};
      const Part part(bytes);
      ASSERT_TRUE(send_waiting(*ends.client, {&part, 1}, {.budget = budget}, 30s));
      const auto moved = receive_waiting(*ends.client, into, {.budget = budget}, 30s);
      ASSERT_TRUE(moved) << moved.error().to_string();
      answered += into[0] == static_cast<std::byte>(i) ? 1 : 0;
    }
    echo.join();
    EXPECT_EQ(answered, kRounds);
  }
}

TEST(RingStream, WaitsForRoom) {
  const Ends ends = connect(4096);
  const std::vector<std::byte> bytes(1 << 20, std::byte{3});
  std::thread reader([&ends] {
    std::vector<std::byte> into(10'000);
    std::size_t got = 0;
    while (got < 1 << 20) {
      const auto moved = receive_waiting(*ends.server, into, {}, 30s);
      if (!moved || moved->state != MovedState::kMoved) return;
      got += moved->bytes;
    }
  });
  const Part part(bytes);
  EXPECT_TRUE(send_waiting(*ends.client, {&part, 1}, {}, 30s));
  reader.join();
  EXPECT_EQ(ends.server->counters().received, bytes.size());
}

TEST(RingStream, SeesTheEndBehindTheLastByte) {
  for (const bool says_it : {true, false}) {
    Ends ends = connect(4096);
    const std::array<std::byte, 8> bytes{};
    const Part part(bytes);
    ASSERT_TRUE(ends.client->send({&part, 1}));
    if (says_it) {
      ASSERT_TRUE(ends.client->finish_sending());
    } else {
      ends.client.reset();  // As a client that was killed.
    }
    std::array<std::byte, 64> into;
    EXPECT_EQ(receive_waiting(*ends.server, into, {}, 5s)->bytes, 8U);
    EXPECT_EQ(receive_waiting(*ends.server, into, {}, 5s)->state, MovedState::kEnded);
    if (!says_it) {
      EXPECT_FALSE(ends.server->send({&part, 1}));
    }
  }
}

TEST(Rings, AreRefusedWhereTheyAreNotWhatWasAgreed) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{2048}, std::size_t{5000},
                                  std::size_t{1} << 31U, ~std::size_t{0}}) {
    EXPECT_FALSE(make_rings(bytes)) << bytes;
    EXPECT_FALSE(rings_from({}, bytes)) << bytes;
  }
  const auto none = rings_from({}, 4096);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("0 descriptors"), std::string::npos);
  std::vector<Descriptor> wrong;
  wrong.emplace_back(::open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_FALSE(rings_from(std::move(wrong), 4096));
}

}  // namespace
}  // namespace assay::djinn
