// SPDX-License-Identifier: MIT
#include "lab/figure/render.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

extern char** environ;  // NOLINT: POSIX declares it nowhere.

namespace assay::figure {
namespace {

/// A descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

/// What the child said: its standard output and error go to a file in memory.
std::string words_in(const Descriptor& file) {
  std::array<char, 2048> buffer{};
  const ssize_t size = ::pread(file.number(), buffer.data(), buffer.size(), 0);
  if (size <= 0) return "it said nothing";
  std::string_view words(buffer.data(), static_cast<std::size_t>(size));
  while (!words.empty() && (words.back() == '\n' || words.back() == ' '))
    words.remove_suffix(1);
  while (!words.empty() && (words.front() == '\n' || words.front() == ' '))
    words.remove_prefix(1);
  return std::string(words);
}

Result<pid_t> spawn(const GnuplotCall& call, const std::string& script, const Descriptor& output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.number(), STDERR_FILENO);
  std::string program = call.program;
  std::string argument = script;
  std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
  pid_t child = 0;
  const int code =
      ::posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code == ENOENT) {
    return Error::environment(
        "{} is not installed, so figures for paper are not drawn; install it with "
        "`apt-get install gnuplot-nox`",
        call.program);
  }
  if (code != 0) return Error::environment("{} cannot start: {}", call.program, strerror(code));
  return child;
}

/// Waits for the end of the child; one that outlives the limit is killed. Its exit status.
Result<int> wait_for(pid_t child, const GnuplotCall& call) {
  const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  pollfd event{.fd = handle.number(), .events = POLLIN, .revents = 0};
  int ready = -1;
  do {
    errno = 0;
    if (handle.number() >= 0) ready = ::poll(&event, 1, static_cast<int>(call.timeout.count()));
  } while (ready < 0 && errno == EINTR);
  const bool is_late = ready == 0;
  if (is_late) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (is_late) {
    return Error::environment("{} did not finish within {} ms and was stopped", call.program,
                              call.timeout.count());
  }
  return status;
}

}  // namespace

Result<void> run_gnuplot(const std::filesystem::path& script, const GnuplotCall& call) {
  const Descriptor output(::memfd_create("gnuplot", MFD_CLOEXEC));
  if (output.number() < 0) return Error::environment("no file in memory: {}", strerror(errno));
  ASSAY_TRY(const pid_t child, spawn(call, script.string(), output));
  ASSAY_TRY(const int status, wait_for(child, call));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Error::environment("{} could not draw {}: {}", call.program, script.filename().string(),
                            words_in(output));
}

}  // namespace assay::figure
