// SPDX-License-Identifier: MIT
#include "djinn/transport/tls.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "core/codec/temporary_folder.h"
#include "djinn/transport/invented_certificate.h"

namespace assay::djinn {
namespace {

namespace fs = std::filesystem;

class Tls : public ::testing::Test {
 protected:
  Tls() : files_(invent_certificate(folder_.path(), "server.test")) {}

  struct Ends {
    std::unique_ptr<Stream> client;
    std::unique_ptr<Stream> server;
  };
  Ends connect(const std::string& authority, const std::string& host) {
    auto [left, right] = *SocketStream::pair();
    const auto server = TlsContext::for_server(files_);
    const auto client = TlsContext::for_client(authority);
    EXPECT_TRUE(server && client);
    return {.client = *client->connect(std::move(left), host),
            .server = *server->accept(std::move(right))};
  }

  codec::TemporaryFolder folder_{"djinn_tls"};
  TlsFiles files_;
};

/// Both ends are asked in turn, as nobody waits: what the receiver got, or the first error.
Result<std::vector<std::byte>> pass(Stream& from, Stream& to, std::span<const std::byte> bytes) {
  std::vector<std::byte> got;
  std::array<std::byte, 3000> into;
  bool has_ended = false;
  for (int turn = 0; turn < 100'000 && !has_ended; ++turn) {
    if (!bytes.empty()) {
      const Part part = bytes.first(std::min<std::size_t>(bytes.size(), 7000));
      ASSAY_TRY(const Moved sent, from.send({&part, 1}));
      bytes = bytes.subspan(sent.bytes);
      if (bytes.empty()) ASSAY_TRY_VOID(from.finish_sending());
    }
    ASSAY_TRY(const Moved moved, to.receive(into));
    got.insert(got.end(), into.begin(), into.begin() + static_cast<std::ptrdiff_t>(moved.bytes));
    has_ended = moved.state == MovedState::kEnded;
  }
  if (!has_ended) return Error::bug("no end came");
  return got;
}

std::vector<std::byte> pattern(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<std::byte>(i * 31);
  return bytes;
}

TEST_F(Tls, CarriesBytesAndCountsThoseOfTheSocket) {
  for (const std::string host : {"127.0.0.1", "server.test"}) {
    Ends ends = connect(files_.certificate, host);
    const auto bytes = pattern(200'000);
    const auto got = pass(*ends.client, *ends.server, bytes);
    ASSERT_TRUE(got) << got.error().to_string();
    EXPECT_EQ(*got, bytes);
    EXPECT_GT(ends.client->counters().sent, bytes.size());
    EXPECT_EQ(ends.client->counters().sent, ends.server->counters().received);
    EXPECT_GT(ends.client->counters().received, 0U) << "the handshake of the server";
  }
}

TEST_F(Tls, RefusesAnotherHost) {
  Ends ends = connect(files_.certificate, "127.0.0.2");
  const auto got = pass(*ends.client, *ends.server, pattern(10));
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().message().find("certificate"), std::string::npos) << got.error().message();
}

TEST_F(Tls, RefusesAServerThatNobodyVouchesFor) {
  const TlsFiles other = invent_certificate(folder_.path(), "other.test");
  Ends ends = connect(other.certificate, "127.0.0.1");
  const auto got = pass(*ends.client, *ends.server, pattern(10));
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().message().find("certificate verify failed"), std::string::npos)
      << got.error().message();
}

TEST_F(Tls, RefusesWhoSpeaksPlainly) {
  auto [left, right] = *SocketStream::pair();
  const auto server = TlsContext::for_server(files_);
  const auto accepted = *server->accept(std::move(right));
  const auto bytes = pattern(100);
  const Part part(bytes);
  ASSERT_TRUE(left->send({&part, 1}));
  std::array<std::byte, 100> into;
  const auto moved = accepted->receive(into);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().blame(), Blame::kEnvironment);
}

TEST_F(Tls, NoticesThatTheConnectionWasCut) {
  Ends ends = connect(files_.certificate, "127.0.0.1");
  std::array<std::byte, 100> into;
  const auto bytes = pattern(10);
  const Part part(bytes);
  for (int turn = 0; turn < 10; ++turn) {
    ASSERT_TRUE(ends.client->send({&part, 1}));
    ASSERT_TRUE(ends.server->receive(into));
  }
  ends.client.reset();  // Without a word.
  Result<Moved> moved = ends.server->receive(into);
  while (moved && moved->state == MovedState::kMoved)
    moved = ends.server->receive(into);
  EXPECT_FALSE(moved) << "an end that nobody said might be an attacker's";
}

TEST_F(Tls, NamesTheFileThatDoesNotDo) {
  const std::string absent = folder_.path() / "absent.pem";
  const auto says = [](const auto& result, std::string_view part) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().blame(), Blame::kUser);
    EXPECT_NE(result.error().message().find(part), std::string::npos) << result.error().message();
  };
  says(TlsContext::for_server({.certificate = absent, .key = files_.key}), "absent.pem");
  says(TlsContext::for_server({.certificate = files_.certificate, .key = absent}), "absent.pem");
  says(TlsContext::for_client(absent), "absent.pem");
  const TlsFiles other = invent_certificate(folder_.path(), "other.test");
  says(TlsContext::for_server({.certificate = files_.certificate, .key = other.key}), "other.test");
}

}  // namespace
}  // namespace assay::djinn
