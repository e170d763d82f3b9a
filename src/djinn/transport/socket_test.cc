// SPDX-License-Identifier: MIT
#include "djinn/transport/socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "djinn/transport/waiting.h"

namespace assay::djinn {
namespace {

constexpr SpinPolicy kNoSpin{};

std::vector<std::byte> pattern(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<std::byte>(i * 7);
  return bytes;
}

/// All that comes until the end.
std::vector<std::byte> drain(Stream& stream) {
  std::vector<std::byte> all;
  std::array<std::byte, 5000> into;
  while (true) {
    const auto moved = receive_waiting(stream, into, kNoSpin, 10s);
    EXPECT_TRUE(moved) << (moved ? "" : moved.error().message());
    if (!moved || moved->state == MovedState::kEnded) return all;
    all.insert(all.end(), into.begin(), into.begin() + static_cast<std::ptrdiff_t>(moved->bytes));
  }
}

TEST(SocketStream, TellsBothHalvesOfTheEnd) {
  auto [left, right] = *SocketStream::pair();
  const auto bytes = pattern(300);
  const Part part(bytes);
  ASSERT_TRUE(left->send({&part, 1}));
  ASSERT_TRUE(left->finish_sending());
  ASSERT_TRUE(right->send({&part, 1}));  // The other way still goes.
  EXPECT_EQ(drain(*right), bytes);
  right.reset();
  EXPECT_EQ(drain(*left), bytes);
  const auto late = left->send({&part, 1});  // No signal kills us.
  EXPECT_FALSE(late);
}

TEST(SocketStream, SendsMorePartsThanTheSystemTakesAtOnce) {
  auto [left, right] = *SocketStream::pair();
  const auto bytes = pattern(500);
  std::vector<Part> parts;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    parts.push_back(Part(bytes).subspan(i, 1));
  ASSERT_TRUE(send_waiting(*left, parts, kNoSpin, 10s));
  ASSERT_TRUE(left->finish_sending());
  EXPECT_EQ(drain(*right), bytes);
}

TEST(SocketStream, WaitsForTheReaderWhenItIsFull) {
  auto [left, right] = *SocketStream::pair();
  const auto bytes = pattern(1 << 20);
  const Part part(bytes);
  std::size_t sent = 0;
  while (true) {
    const Part rest = part.subspan(sent);
    const auto moved = left->send({&rest, 1});
    ASSERT_TRUE(moved);
    if (moved->state == MovedState::kNotNow) break;
    sent += moved->bytes;
    ASSERT_LT(sent, bytes.size());
  }
  EXPECT_FALSE(send_waiting(*left, {&part, 1}, kNoSpin, 1ms));
}

TEST(SocketStream, KnowsItsPeer) {
  auto [left, right] = *SocketStream::pair();
  ASSERT_TRUE(left->peer().has_value());
  EXPECT_EQ(left->peer()->uid, ::getuid());
  EXPECT_EQ(left->peer()->pid, ::getpid());
}

TEST(SocketStream, CarriesDescriptorsOnlyWhereTheyAreExpected) {
  auto [left, right] = *SocketStream::pair();
  const auto bytes = pattern(10);
  const Part part(bytes);
  std::array<std::byte, 64> into;
  for (const bool keeps : {false, true, false}) {
    Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    left->attach_descriptors({null.number(), null.number()});
    right->keep_descriptors(keeps);
    ASSERT_TRUE(left->send({&part, 1}));
    ASSERT_EQ(right->receive(into)->bytes, 10U);
    const auto got = right->take_descriptors();
    ASSERT_EQ(got.size(), keeps ? 2U : 0U);
    for (const Descriptor& one : got) {
      struct stat found {};
      ASSERT_EQ(::fstat(one.number(), &found), 0);
      EXPECT_TRUE(S_ISCHR(found.st_mode));
      EXPECT_NE(::fcntl(one.number(), F_GETFD) & FD_CLOEXEC, 0);
    }
  }
}

TEST(SocketStream, KeepsOnlyAFewDescriptors) {
  auto [left, right] = *SocketStream::pair();
  const std::byte one{};
  const Part part(&one, 1);
  right->keep_descriptors(true);
  std::array<std::byte, 64> into;
  for (int i = 0; i < 5; ++i) {
    left->attach_descriptors({0, 0, 0});
    ASSERT_TRUE(left->send({&part, 1}));
    ASSERT_TRUE(right->receive(into));
  }
  EXPECT_EQ(right->take_descriptors().size(), 8U);
  EXPECT_TRUE(right->take_descriptors().empty());
}

TEST(ConnectTo, SaysWhyItCannot) {
  for (const Address& address :
       {Address(UnixAddress{"/nowhere/at/all"}), Address(TcpAddress{"127.0.0.1", 1})}) {
    const auto stream = connect_to(address, 1s);
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().blame(), Blame::kEnvironment);
    EXPECT_NE(stream.error().to_string().find(to_text(address)), std::string::npos)
        << stream.error().to_string();
  }
}

}  // namespace
}  // namespace assay::djinn
