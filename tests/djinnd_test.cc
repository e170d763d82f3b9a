// SPDX-License-Identifier: MIT
// The daemon as a person starts it: by its name, served over a unix socket, ended by a signal; and
// clients that die at every step of what they do.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "djinn/client/client.h"
#include "engine/models/builders/decoder.h"
#include "program.h"

namespace assay::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// `djinnd` in a folder of its own, until it is ended.
class Daemon {
 public:
  explicit Daemon(const std::vector<std::string>& flags) : folder_(fresh_folder()) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    std::vector<std::string> words{(fs::path(ASSAY_PROGRAM).parent_path() / "djinnd").string(),
                                   "--listen", address()};
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
  const Outcome nobody = run_assay({"djinn", "ping", "--address", "unix:nobody.sock"}, folder);
  EXPECT_EQ(nobody.exit_code, 3);
  EXPECT_THAT(nobody.err, HasSubstr("is a server listening there?"));
}

/// All that a client does, ended by kill -9 behind the step of this number; the tokens it wrote
/// where it got to the end.
Result<std::vector<std::int32_t>> use(const std::string& address, int steps) {
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
  ASSAY_TRY(auto client, djinn::connect(address));
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

TEST(Djinnd, OutlivesClientsThatAreKilledAtEveryStep) {
  Daemon daemon(kSmall);
  const auto expected = use(daemon.address(), 0);
  ASSERT_TRUE(expected) << expected.error().to_string();
  constexpr int kSteps = 9;
  for (int step = 1; step <= kSteps; ++step) {
    const pid_t child = ::fork();
    if (child == 0) {
      std::ignore = use(daemon.address(), step);
      ::_exit(1);  // It got to its end, or failed: it should have been killed.
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "at step " << step;
    const auto after = use(daemon.address(), 0);
    ASSERT_TRUE(after) << after.error().to_string();
    EXPECT_EQ(*after, *expected) << "behind step " << step;
  }
  EXPECT_EQ(daemon.end_by(SIGTERM), 0);
}

}  // namespace
}  // namespace assay::tests
