// SPDX-License-Identifier: MIT
#include "djinn/transport/listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "core/codec/temporary_folder.h"
#include "djinn/transport/waiting.h"

namespace assay::djinn {
namespace {

namespace fs = std::filesystem;

/// A folder of one test, for its socket.
class Folder {
 public:
  Address address() const { return UnixAddress{socket().string()}; }
  fs::path socket() const { return folder_.path() / "socket"; }

 private:
  codec::TemporaryFolder folder_{"djinn"};
};

void expect_bytes_pass(Listener& listener) {
  auto client = connect_to(listener.address(), 5s);
  ASSERT_TRUE(client) << client.error().to_string();
  ASSERT_TRUE(*wait_for_descriptor(listener.descriptor(), Direction::kReceive, 5s));
  auto server = listener.accept();
  ASSERT_TRUE(server);
  ASSERT_NE(*server, nullptr);
  const std::array<std::byte, 3> bytes{};
  const Part part(bytes);
  ASSERT_TRUE((*client)->send({&part, 1}));
  std::array<std::byte, 9> into;
  EXPECT_EQ(receive_waiting(**server, into, {}, 5s)->bytes, 3U);
  EXPECT_EQ(*listener.accept(), nullptr);
}

TEST(Listener, TakesConnectionsOnAUnixSocketOfItsUserAlone) {
  const Folder folder;
  {
    auto listener = Listener::create(folder.address(), {});
    ASSERT_TRUE(listener) << listener.error().to_string();
    struct stat found {};
    ASSERT_EQ(::stat(folder.socket().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    expect_bytes_pass(*listener);
    EXPECT_EQ(listener->turned_away(), 0U);
  }
  EXPECT_FALSE(fs::exists(folder.socket())) << "what it made it removes";
}

TEST(Listener, TakesConnectionsOnAPortThatTheSystemChose) {
  auto listener = Listener::create(TcpAddress{"127.0.0.1", 0}, {});
  ASSERT_TRUE(listener) << listener.error().to_string();
  EXPECT_NE(std::get<TcpAddress>(listener->address()).port, 0);
  expect_bytes_pass(*listener);
}

TEST(Listener, ReplacesASocketThatNobodyListensTo) {
  const Folder folder;
  {
    auto first = Listener::create(folder.address(), {});
    ASSERT_TRUE(first);
    const auto second = Listener::create(folder.address(), {});
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().to_string().find("somebody listens at"), std::string::npos);
    EXPECT_TRUE(fs::exists(folder.socket()));
    EXPECT_NE(*first->accept(), nullptr) << "the second one asked whether somebody answers";
    expect_bytes_pass(*first);
    // A server that is killed leaves its file: keep it under another name.
    fs::rename(folder.socket(), folder.socket().string() + "2");
  }
  fs::rename(folder.socket().string() + "2", folder.socket());
  auto next = Listener::create(folder.address(), {});
  ASSERT_TRUE(next) << next.error().to_string();
  expect_bytes_pass(*next);
}

TEST(Listener, LeavesAloneWhatIsNoSocket) {
  const Folder folder;
  std::ofstream(folder.socket()) << "precious";
  const auto listener = Listener::create(folder.address(), {});
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().blame(), Blame::kUser);
  EXPECT_NE(listener.error().to_string().find("no socket"), std::string::npos);
  EXPECT_EQ(fs::file_size(folder.socket()), 8U);
}

TEST(Access, AsksForTlsAndATokenBeyondTheMachine) {
  const Address far = TcpAddress{"0.0.0.0", 7000};
  const Address near = TcpAddress{"127.0.0.1", 7000};
  const Address near_tls = TcpAddress{"127.0.0.1", 7000, true};
  const TlsFiles files{.certificate = "c", .key = "k"};
  const std::string token(kTokenMin, 't');
  struct Case {
    Address address;
    AccessPolicy policy;
    std::string_view want;  ///< Empty: it is allowed.
  };
  const Case cases[] = {
      {near, {}, ""},
      {UnixAddress{"x"}, {}, ""},
      {near_tls, {}, "expected TLS: give a certificate and a key file"},
      {near_tls, {.tls = files}, ""},
      {far, {}, "expected TLS: give a certificate and a key file"},
      {far, {.token = token}, "expected TLS"},
      {far, {.tls = files}, "expected a token of at least 16 bytes"},
      {far, {.token = "short", .tls = files}, "a token of 5 bytes"},
      {near, {.token = "short"}, "a token of 5 bytes"},
      {far, {.token = token, .tls = files}, ""},
  };
  for (const Case& c : cases) {
    const auto result = check_access(c.address, c.policy);
    EXPECT_EQ(result.has_value(), c.want.empty()) << c.want;
    if (result || c.want.empty()) continue;
    EXPECT_EQ(result.error().blame(), Blame::kUser);
    EXPECT_NE(result.error().message().find(c.want), std::string::npos) << result.error().message();
    EXPECT_FALSE(Listener::create(c.address, c.policy));
  }
}

TEST(Access, LetsInItsUserRootAndThoseNamed) {
  const AccessPolicy policy{.uids = {7}};
  for (const uid_t uid : {0U, 7U, 1000U}) {
    EXPECT_TRUE(check_peer({.uid = uid}, policy, 1000)) << uid;
  }
  const auto refused = check_peer({.uid = 8, .pid = 99}, policy, 1000);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("user 8 (process 99)"), std::string::npos);
}

TEST(Access, ComparesTokens) {
  const AccessPolicy policy{.token = "0123456789abcdef"};
  EXPECT_TRUE(token_matches(policy, "0123456789abcdef"));
  for (const char* token : {"", "0123456789abcdeF", "0123456789abcde", "0123456789abcdef0"}) {
    EXPECT_FALSE(token_matches(policy, token)) << token;
  }
  EXPECT_TRUE(token_matches({}, "anything"));
}

}  // namespace
}  // namespace assay::djinn
