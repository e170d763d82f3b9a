// SPDX-License-Identifier: MIT
// The daemon as a person starts it: by its name, served over a unix socket, ended by a signal; and
// clients that die at every step of what they do.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "djinn/client/client.h"
#include "djinn/transport/invented_certificate.h"
#include "engine/models/builders/decoder.h"
#include "program.h"

namespace assay::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// `djinnd` in a folder of its own, until it is ended.
class Daemon {
 public:
  /// In a folder that stays where one is given; `also` is listened at too, and said first.
  explicit Daemon(const std::vector<std::string>& flags, const std::string& also = {},
                  const fs::path& folder = {})
      : folder_(folder.empty() ? fresh_folder() : folder) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    std::vector<std::string> words{(fs::path(ASSAY_PROGRAM).parent_path() / "djinnd").string(),
                                   "--listen", also.empty() ? address() : also + "," + address()};
    words.insert(words.end(), flags.begin(), flags.end());
    std::vector<char*> arguments;
    for (std::string& word : words)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
    std::array<char, 4096> line{};
    while (said_.find("djinnd serves") == std::string::npos &&
           std::fgets(line.data(), line.size(), out_) != nullptr) {
      said_ += line.data();
    }
  }
  ~Daemon() {
    if (process_ > 0) std::ignore = end_by(SIGKILL);
    std::fclose(out_);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// The exit code, or 128 and the signal.
  int end_by(int signal) {
    ::kill(process_, signal);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string address() const { return "unix:" + (folder_ / "djinn.sock").string(); }
  const fs::path& folder() const { return folder_; }
  const std::string& said() const { return said_; }
  /// What it said behind `words`, to the end of the line or of the word.
  std::string said_behind(const std::string& words) const {
    const std::size_t at = said_.find(words);
    if (at == std::string::npos) return "";
    const std::size_t begin = at + words.size();
    return said_.substr(begin, said_.find_first_of(" \n/", begin) - begin);
  }

 private:
  fs::path folder_;
  pid_t process_ = -1;
  FILE* out_ = nullptr;
  std::string said_;
};

const std::vector<std::string> kSmall{"--device-memory", "32MiB", "--host-pool", "16MiB",
                                      "--policy",        "lazy",  "--device",    "reference"};

std::string first_line_of(const std::string& command) {
  FILE* const pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> line{};
  const char* const read = std::fgets(line.data(), line.size(), pipe);
  const std::string text = read == nullptr ? "" : read;
  ::pclose(pipe);
  return text;
}

TEST(Djinnd, ServesTheExampleAndEndsWhenItIsAsked) {
  Daemon daemon(kSmall);
  ASSERT_THAT(daemon.said(), HasSubstr("djinnd serves reference at " + daemon.address()));
  const std::string client = std::string(ASSAY_DJINN_CLIENT) + " " + daemon.address();
  const std::string first = first_line_of(client);
  EXPECT_GT(first.size(), 8U);
  EXPECT_EQ(first_line_of(client), first) << "the same model, prompt and seed";
  const Outcome ping = run_assay({"djinn", "ping", "--address", daemon.address()}, daemon.folder());
  EXPECT_EQ(ping.exit_code, 0) << ping.err;
  EXPECT_THAT(ping.out, HasSubstr("answered in"));
  const Outcome stats =
      run_assay({"djinn", "stats", "--address", daemon.address()}, daemon.folder());
  EXPECT_THAT(stats.out, HasSubstr("\"plan_cache\""));
  EXPECT_EQ(run_assay({"djinn", "sessions", "--address", daemon.address()}, daemon.folder()).out,
            "[]\n");
  EXPECT_EQ(daemon.end_by(SIGTERM), 0);
  EXPECT_FALSE(fs::exists(daemon.folder() / "djinn.sock"));
}

/// All that an HTTP server answers.
std::string http_get(const std::string& place, const std::string& path) {
  const auto stream = djinn::connect_to(*djinn::parse_address("tcp:" + place), 5s);
  if (!stream) return stream.error().to_string();
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n";
  const std::vector<djinn::Part> parts{std::as_bytes(std::span(request))};
  std::string heard;
  if (!djinn::send_waiting(**stream, parts, {}, 5s)) return heard;
  std::array<std::byte, 4096> bytes;
  while (true) {
    const auto moved = djinn::receive_waiting(**stream, bytes, {}, 5s);
    if (!moved || moved->state == djinn::MovedState::kEnded) return heard;
    heard.append(reinterpret_cast<const char*>(bytes.data()), moved->bytes);
  }
}

TEST(Djinnd, TellsHowItIsOverHttp) {
  std::vector<std::string> flags = kSmall;
  flags.insert(flags.end(), {"--metrics", "127.0.0.1:0"});
  const Daemon daemon(flags);
  const std::string place = daemon.said_behind("djinnd tells how it is at http://");
  ASSERT_THAT(place, HasSubstr("127.0.0.1:")) << daemon.said();
  EXPECT_THAT(http_get(place, "/healthz"), HasSubstr("\r\n\r\nok\n"));
  EXPECT_THAT(http_get(place, "/metrics"),
              HasSubstr("\ndjinn_vram_reserved_bytes{segment=\"text\"} 16777216\n"));
  EXPECT_THAT(http_get(place, "/stats.json"), HasSubstr("\"text_reserved_bytes\": 16777216"));
  EXPECT_THAT(http_get(place, "/stats"), HasSubstr("\"plan_cache\": {"));
  EXPECT_THAT(http_get(place, "/secret"), HasSubstr("HTTP/1.1 404"));
}

TEST(Djinnd, ServesAClientInC) {
  const Daemon daemon(kSmall);
  const Outcome graph = run_assay(
      {"djinn", "graph", "--model", "gpt2_tiny", "--out", "decoder.graph"}, daemon.folder());
  ASSERT_EQ(graph.exit_code, 0) << graph.err;
  const std::string command = std::string(ASSAY_DJINN_C_CLIENT) + " " + daemon.address() + " " +
                              (daemon.folder() / "decoder.graph").string() + " 2>&1";
  EXPECT_EQ(first_line_of(command), "f32 of 201028 bytes\n") << "50,257 scores";
  EXPECT_THAT(first_line_of(std::string(ASSAY_DJINN_C_CLIENT) + " unix:nobody x 2>&1"),
              HasSubstr("init: connect"));
}

/// What the library shows to whoever loads it.
TEST(Djinnd, TheLibraryOfCShowsItsFunctionsAlone) {
  const std::string command = std::string("nm -D --defined-only ") + ASSAY_DJINN_LIBRARY +
                              " | grep -v ' A ' | grep -v ' djinn_' | wc -l";
  EXPECT_EQ(first_line_of(command), "0\n");
  EXPECT_EQ(first_line_of(std::string("nm -D --defined-only ") + ASSAY_DJINN_LIBRARY +
                          " | grep -c ' T djinn_'"),
            "16\n");
}

/// Whether user 65534 gets in.
bool lets_a_stranger_in(const std::string& address) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(2);
    ::_exit(djinn::connect(address) ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 2);
  return WEXITSTATUS(status) == 1;
}

/// Whatever the umask; and behind the mode of the file stands what the kernel says of the peer.
TEST(Djinnd, ItsSocketIsItsUsersAlone) {
  const mode_t mask = ::umask(0);
  const Daemon daemon(kSmall);
  ::umask(mask);
  const fs::path socket = daemon.folder() / "djinn.sock";
  EXPECT_EQ(fs::status(socket).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  EXPECT_FALSE(lets_a_stranger_in(daemon.address())) << "by the mode";
  fs::permissions(socket, fs::perms::all);
  EXPECT_FALSE(lets_a_stranger_in(daemon.address())) << "by the peer";
  EXPECT_TRUE(djinn::connect(daemon.address()));
}

TEST(Djinnd, IsWatchedByTop) {
  const Daemon daemon(kSmall);
  const Outcome once =
      run_assay({"djinn", "top", "--once", "--address", daemon.address()}, daemon.folder());
  EXPECT_EQ(once.exit_code, 0) << once.err;
  EXPECT_THAT(once.out, HasSubstr("djinnd  " + daemon.address() + "  on reference\nsessions 0:"));
  const Outcome often = run_assay(
      {"djinn", "top", "--interval", "1ms", "--address", daemon.address()}, daemon.folder());
  EXPECT_EQ(often.exit_code, 2);
  EXPECT_THAT(often.err, HasSubstr("expected 10ms or more"));
}

TEST(Djinnd, RefusesWhatItIsNotToldRight) {
  const fs::path folder = fresh_folder();
  std::ofstream(folder / "d.yaml") << "polizy: lazy\n";
  const Outcome unknown = run_assay({"djinnd", "--config", "d.yaml"}, folder);
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean policy"));
  const Outcome open = run_assay(
      {"djinnd", "--listen", "tcp:0.0.0.0:0", "--device", "reference", "--device-memory", "16MiB"},
      folder);
  EXPECT_EQ(open.exit_code, 2) << open.out;
  EXPECT_THAT(open.err, HasSubstr("TLS"));
  const djinn::TlsFiles files = djinn::invent_certificate(folder, "server.test");
  const Outcome untold =
      run_assay({"djinnd", "--listen", "tls:0.0.0.0:0", "--tls-cert", files.certificate,
                 "--tls-key", files.key, "--device", "reference", "--device-memory", "16MiB"},
                folder);
  EXPECT_EQ(untold.exit_code, 2) << untold.out;
  EXPECT_THAT(untold.err, HasSubstr("expected a token of at least 16 bytes"));
  const Outcome nobody = run_assay({"djinn", "ping", "--address", "unix:nobody.sock"}, folder);
  EXPECT_EQ(nobody.exit_code, 3);
  EXPECT_THAT(nobody.err, HasSubstr("is a server listening there?"));
}

/// All that a client does, ended by kill -9 behind the step of this number; the tokens it wrote
/// where it got to the end.
Result<std::vector<std::int32_t>> use(const std::string& address, int steps,
                                      const djinn::ConnectOptions& options = {}) {
  int step = 0;
  const auto die_behind = [&] {
    if (++step == steps) ::raise(SIGKILL);
  };
  const auto graph = models::build_decoder({.vocabulary = 50,
                                            .width = 16,
                                            .depth = 2,
                                            .heads = 2,
                                            .kv_heads = 2,
                                            .head_width = 8,
                                            .mlp_width = 32,
                                            .positions = 64});
  ASSAY_TRY(const graph::Weights weights, graph::seeded_weights(*graph, 3));
  ASSAY_TRY(auto client, djinn::connect(address, options));
  die_behind();
  ASSAY_TRY(auto model, client.load(*graph, weights));
  die_behind();
  ASSAY_TRY(auto session, model.open_session({.capacity = 64}));
  die_behind();
  ASSAY_TRY(const auto first, session.decode({{3, 1, 4, 1, 5}}, 8));
  die_behind();
  ASSAY_TRY_VOID(session.signal_phase("IO_WAIT", Nanoseconds(1ms)));
  die_behind();
  ASSAY_TRY(const auto kept, session.append({{9}}, {.policy = djinn::OutputPolicy::kHandle}));
  die_behind();
  ASSAY_TRY(std::ignore, client.fetch(kept.handle, 0));
  ASSAY_TRY_VOID(client.release(kept.handle));
  die_behind();
  ASSAY_TRY(const auto second, session.decode({{2, 6}}, 4));
  die_behind();
  ASSAY_TRY_VOID(session.close());
  die_behind();
  std::vector<std::int32_t> ids = first.generated[0];
  ids.insert(ids.end(), second.generated[0].begin(), second.generated[0].end());
  return ids;
}

constexpr int kSteps = 9;

/// A client that ends itself with SIGKILL behind the step.
void be_killed_at(const std::string& address, int step) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::ignore = use(address, step);
    ::_exit(1);  // It got to its end, or failed: it should have been killed.
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "at step " << step;
}

TEST(Djinnd, OutlivesClientsThatAreKilledAtEveryStep) {
  Daemon daemon(kSmall);
  const auto expected = use(daemon.address(), 0);
  ASSERT_TRUE(expected) << expected.error().to_string();
  for (int cycle = 0; cycle < 180; ++cycle) {
    const int step = 1 + cycle % kSteps;
    ASSERT_NO_FATAL_FAILURE(be_killed_at(daemon.address(), step));
    if (cycle >= kSteps && cycle % 10 != 0) continue;
    const auto after = use(daemon.address(), 0);
    ASSERT_TRUE(after) << after.error().to_string();
    EXPECT_EQ(*after, *expected) << "behind step " << step;
  }
  EXPECT_EQ(daemon.end_by(SIGTERM), 0);
}

/// The server dies while a client is at it, at another place each time; the next one starts on what
/// the last one left behind. Whoever was answered was answered right.
TEST(Djinnd, IsKilledAndStartedAnew) {
  std::vector<std::int32_t> expected;
  fs::path folder;
  for (int cycle = 0; cycle < 20; ++cycle) {
    Daemon daemon(kSmall, {}, folder);
    folder = daemon.folder();
    ASSERT_THAT(daemon.said(), HasSubstr("djinnd serves")) << "in cycle " << cycle;
    const auto first = use(daemon.address(), 0);
    ASSERT_TRUE(first) << first.error().to_string();
    if (cycle == 0) expected = *first;
    EXPECT_EQ(*first, expected);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      for (int i = 0; i < 1000; ++i) {
        const auto again = use(daemon.address(), 0, {.connect_max = 1s, .reconnects_max = 0});
        if (!again) ::_exit(again.error().blame() == Blame::kEnvironment ? 0 : 2);
        if (*again != expected) ::_exit(3);
        std::ignore = ::write(ends[1], "x", 1);  // It is at it.
      }
      ::_exit(4);
    }
    std::array<char, 4> done{};
    ASSERT_EQ(::read(ends[0], done.data(), static_cast<std::size_t>(1 + cycle % 4)) > 0, true);
    EXPECT_EQ(daemon.end_by(SIGKILL), 128 + SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "in cycle " << cycle;
  }
}

TEST(Djinnd, SpeaksTls) {
  const fs::path folder = fresh_folder();
  const djinn::TlsFiles files = djinn::invent_certificate(folder, "server.test");
  std::ofstream(folder / "token") << "0123456789abcdef\n";
  std::vector<std::string> flags = kSmall;
  flags.insert(flags.end(), {"--tls-cert", files.certificate, "--tls-key", files.key,
                             "--token-file", (folder / "token").string()});
  Daemon daemon(flags, "tcp:127.0.0.1:0", folder);
  const std::string address = daemon.said_behind("djinnd serves reference at ");
  ASSERT_THAT(address, HasSubstr("tls:127.0.0.1:")) << "TLS wherever there is a certificate";
  const auto plain = use(daemon.address(), 0, {.token = "0123456789abcdef"});
  ASSERT_TRUE(plain) << plain.error().to_string();
  const auto over_tls =
      use(address, 0, {.token = "0123456789abcdef", .authority = files.certificate});
  ASSERT_TRUE(over_tls) << over_tls.error().to_string();
  EXPECT_EQ(*over_tls, *plain);
  const Outcome ping = run_assay({"djinn", "ping", "--address", address, "--authority",
                                  files.certificate, "--token-file", "token"},
                                 folder);
  EXPECT_EQ(ping.exit_code, 0) << ping.err;
  EXPECT_EQ(daemon.end_by(SIGTERM), 0);
}

}  // namespace
}  // namespace assay::tests
