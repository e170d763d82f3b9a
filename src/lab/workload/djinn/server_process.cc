// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "core/clock.h"
#include "core/codec/file.h"

namespace assay::workload {
namespace {

// Above the start of any program on a busy machine, its memory touched.
constexpr Nanoseconds kStartMax = 60s;
// For those who are under way; a server of a trial has none.
constexpr Nanoseconds kEndMax = 15s;
constexpr int kNotStarted = 127;

/// Everything that the child needs, made before the fork: after it only system calls are allowed.
struct Launch {
  std::vector<std::string> words;
  std::vector<std::string> environment;
  std::vector<char*> argv;
  std::vector<char*> envp;
  cpu_set_t cpus;
  bool knows_cpus = false;
  pid_t parent = 0;
};

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

void make_launch(const std::string& program, const std::vector<std::string>& flags,
                 Launch& launch) {
  launch.words = {program, "djinnd"};
  launch.words.insert(launch.words.end(), flags.begin(), flags.end());
  std::vector<std::string> ours;
  for (char** entry = environ; *entry != nullptr; ++entry)
    ours.emplace_back(*entry);
  launch.environment = environment_for_server(ours);
  launch.argv = pointers_to(launch.words);
  launch.envp = pointers_to(launch.environment);
  // Ours is bound to as many CPUs as it measures on. Who started it may use those of the run.
  launch.knows_cpus = sched_getaffinity(getppid(), sizeof(launch.cpus), &launch.cpus) == 0;
  launch.parent = getpid();
}

/// In the child. Never returns.
[[noreturn]] void become_server(const Launch& launch, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(kNotStarted);
  // Where the system refuses, it runs where we may: slower, and just as right.
  if (launch.knows_cpus) sched_setaffinity(0, sizeof(launch.cpus), &launch.cpus);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  // The pipes of a worker among them, which would be held open beyond its end.
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(launch.argv[0], launch.argv.data(), launch.envp.data());
  _exit(kNotStarted);
}

/// Whether there is something to read, or the end of it, before `until`.
bool has_output(int output, Nanoseconds until) {
  while (true) {
    const Nanoseconds left = until - SteadyClock::read();
    if (left <= 0ns) return false;
    pollfd one{output, POLLIN, 0};
    const auto millis = std::chrono::ceil<std::chrono::milliseconds>(left);
    const int ready = poll(&one, 1, static_cast<int>(millis.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// 0 at the end of the output, and where it cannot be read.
std::size_t read_some(int output, std::array<char, 4096>& into) {
  while (true) {
    const ssize_t count = read(output, into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return 0;
  }
}

}  // namespace

std::vector<std::string> environment_for_server(const std::vector<std::string>& environment) {
  std::vector<std::string> kept;
  for (const std::string& entry : environment) {
    const bool is_ours =
        std::ranges::any_of(std::array<std::string_view, 4>{"OMP_", "GOMP_", "OPENBLAS_", "GENIE_"},
                            [&](std::string_view prefix) { return entry.starts_with(prefix); });
    if (!is_ours) kept.push_back(entry);
  }
  return kept;
}

std::string served_address(const std::string& output) {
  constexpr std::string_view kServes = "djinnd serves ";
  constexpr std::string_view kAt = " at ";
  const std::size_t line = output.find(kServes);
  if (line == std::string::npos) return "";
  const std::size_t end = output.find('\n', line);
  const std::size_t at = output.find(kAt, line);
  if (end == std::string::npos || at == std::string::npos || at > end) return "";
  return output.substr(at + kAt.size(), end - at - kAt.size());
}

Result<std::unique_ptr<ServerProcess>> ServerProcess::start(const std::string& program,
                                                            const std::vector<std::string>& flags) {
  Launch launch;
  make_launch(program, flags, launch);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error::environment("cannot make a pipe for a server: {}", codec::describe_errno(errno));
  }
  const pid_t process = fork();
  if (process == 0) become_server(launch, ends[1]);
  close(ends[1]);
  if (process < 0) {
    close(ends[0]);
    return Error::environment("cannot start a server: {}", codec::describe_errno(errno));
  }
  std::unique_ptr<ServerProcess> server(new ServerProcess(process, ends[0]));
  ASSAY_TRY_VOID(server->wait_until_it_serves().context("starting {} djinnd", program));
  return server;
}

Result<void> ServerProcess::wait_until_it_serves() {
  const Nanoseconds until = SteadyClock::read() + kStartMax;
  std::array<char, 4096> buffer{};
  std::string said;
  while (has_output(output_, until)) {
    const std::size_t count = read_some(output_, buffer);
    if (count == 0) {
      return Error::environment("it ended before it served; what it complained of is in the log");
    }
    said.append(buffer.data(), count);
    address_ = served_address(said);
    if (!address_.empty()) return {};
  }
  return Error::environment("it did not serve within {}", to_text(kStartMax));
}

ServerProcess::~ServerProcess() {
  kill(process_, SIGTERM);
  const Nanoseconds until = SteadyClock::read() + kEndMax;
  std::array<char, 4096> buffer{};
  bool has_ended = false;
  while (!has_ended && has_output(output_, until))
    has_ended = read_some(output_, buffer) == 0;
  if (!has_ended) kill(process_, SIGKILL);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  close(output_);
}

}  // namespace assay::workload
