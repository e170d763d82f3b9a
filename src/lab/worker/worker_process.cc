// SPDX-License-Identifier: MIT
#include "lab/worker/worker_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "lab/codec/file.h"
#include "lab/worker/protocol.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASSAY_HAS_SHADOW_MEMORY 1
#else
#define ASSAY_HAS_SHADOW_MEMORY 0
#endif

namespace assay::worker {
namespace {

using store::Record;
using store::Status;

/// Everything that the child needs, made before the fork: after it only system calls are allowed.
struct Launch {
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::vector<char*> argv;
  std::vector<char*> envp;
  cpu_set_t cpus;
  bool is_bound = false;
  rlim_t memory_max = RLIM_INFINITY;
  int log = -1;
  pid_t parent = 0;
};

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& over) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (!over.contains(name)) merged.emplace_back(text);
  }
  for (const auto& [name, value] : over) {
    merged.push_back(name + "=" + value);
  }
  return merged;
}

Result<int> open_log(const std::filesystem::path& path) {
  const std::string name = path.empty() ? "/dev/null" : path.string();
  const int log = open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (log >= 0) return log;
  return Error::environment("cannot open the worker's log {}: {}", name,
                            codec::describe_errno(errno));
}

/// Fills `launch` in place: its pointers point into itself.
Result<void> make_launch(const WorkerOptions& options, int in, int out, Launch& launch) {
  launch.program = options.program.string();
  launch.arguments.push_back(launch.program);
  launch.arguments.insert(launch.arguments.end(), options.arguments.begin(),
                          options.arguments.end());
  for (const std::string& word :
       {std::string("--in"), std::to_string(in), std::string("--out"), std::to_string(out)}) {
    launch.arguments.push_back(word);
  }
  launch.environment = merged_environment(options.environment);
  launch.argv = pointers_to(launch.arguments);
  launch.envp = pointers_to(launch.environment);
  CPU_ZERO(&launch.cpus);
  for (const int cpu : options.cpus) {
    CPU_SET(static_cast<std::size_t>(cpu), &launch.cpus);
  }
  launch.is_bound = !options.cpus.empty();
  if (options.memory_max.count() > 0 && enforces_memory_limit()) {
    launch.memory_max = static_cast<rlim_t>(options.memory_max.count());
  }
  launch.parent = getpid();
  ASSAY_TRY(launch.log, open_log(options.log));
  return {};
}

/// In the child. Never returns: 127 says that the program could not be started.
[[noreturn]] void become_worker(const Launch& launch, int in, int out) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(126);  // The runner died before it could be watched.
  if (launch.is_bound) sched_setaffinity(0, sizeof(launch.cpus), &launch.cpus);
  if (launch.memory_max != RLIM_INFINITY) {
    const rlimit limit{launch.memory_max, launch.memory_max};
    setrlimit(RLIMIT_DATA, &limit);
  }
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, STDIN_FILENO);
  dup2(launch.log, STDOUT_FILENO);
  dup2(launch.log, STDERR_FILENO);
  fcntl(in, F_SETFD, 0);
  fcntl(out, F_SETFD, 0);
  execve(launch.program.c_str(), launch.argv.data(), launch.envp.data());
  _exit(127);
}

/// Two pipes: [0] to the worker, [1] from it; each (read end, write end), closed on exec.
Result<std::array<std::array<int, 2>, 2>> make_pipes() {
  std::array<std::array<int, 2>, 2> pipes{};
  if (pipe2(pipes[0].data(), O_CLOEXEC) != 0) {
    return Error::environment("cannot make a pipe: {}", codec::describe_errno(errno));
  }
  if (pipe2(pipes[1].data(), O_CLOEXEC) == 0) return pipes;
  const int error = errno;
  close(pipes[0][0]);
  close(pipes[0][1]);
  return Error::environment("cannot make a pipe: {}", codec::describe_errno(error));
}

std::string describe_end(int status) {
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    if (code == 127) return "the worker could not be started";
    return format("the worker ended by itself with exit code {}", code);
  }
  const int signal = WTERMSIG(status);
  const char* name = sigabbrev_np(signal);
  std::string text = format("the worker was ended by SIG{}", name == nullptr ? "?" : name);
  if (signal == SIGKILL) text += ", not by Assay (the kernel does so when memory runs out)";
  return text;
}

}  // namespace

bool enforces_memory_limit() {
  return ASSAY_HAS_SHADOW_MEMORY == 0;
}

WorkerProcess::WorkerProcess(WorkerOptions options, pid_t pid, int in, int out)
    : options_(std::move(options)), pid_(pid), in_(in), out_(out), channel_(in, out) {}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : options_(std::move(other.options_)),
      pid_(std::exchange(other.pid_, -1)),
      in_(std::exchange(other.in_, -1)),
      out_(std::exchange(other.out_, -1)),
      channel_(std::move(other.channel_)) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
  std::swap(options_, other.options_);
  std::swap(pid_, other.pid_);
  std::swap(in_, other.in_);
  std::swap(out_, other.out_);
  std::swap(channel_, other.channel_);
  return *this;
}

WorkerProcess::~WorkerProcess() {
  if (is_alive()) end(true);
}

Result<WorkerProcess> WorkerProcess::start(WorkerOptions options) {
  std::signal(SIGPIPE, SIG_IGN);  // A worker that is gone is an Error of send, not a signal.
  ASSAY_TRY(const auto pipes, make_pipes());
  const auto& [to_worker, from_worker] = pipes;
  Launch launch;
  const auto made = make_launch(options, to_worker[0], from_worker[1], launch);
  const pid_t child = made ? fork() : -1;
  if (child == 0) become_worker(launch, to_worker[0], from_worker[1]);
  const int error = errno;
  close(to_worker[0]);
  close(from_worker[1]);
  if (launch.log >= 0) close(launch.log);
  if (child > 0) return WorkerProcess(std::move(options), child, from_worker[0], to_worker[1]);
  close(to_worker[1]);
  close(from_worker[0]);
  if (!made) return made.error();
  return Error::environment("cannot start a process: {}", codec::describe_errno(error));
}

Record WorkerProcess::run(const Assignment& assignment, Nanoseconds timeout) {
  ASSAY_CHECK(is_alive(), "a trial is given to a living worker only");
  if (!channel_.send(encode_assignment(assignment))) {
    return lost(assignment, Status::kFailed, end(false));
  }
  std::string line;
  const auto arrival = channel_.receive(line, timeout);
  if (!arrival) return lost(assignment, Status::kFailed, arrival.error().to_string());
  switch (*arrival) {
    case Arrival::kLine:
      return answer(assignment, line);
    case Arrival::kClosed:
      return lost(assignment, Status::kFailed, end(false));
    case Arrival::kTimedOut:
      return lost(assignment, Status::kTimedOut, format("no answer within {}", to_text(timeout)));
    case Arrival::kTooLong:
      return lost(assignment, Status::kFailed, "the worker sent a line without end");
  }
  ASSAY_CHECK(false, "the switch above is complete");
}

Record WorkerProcess::answer(const Assignment& assignment, const std::string& line) {
  auto record = decode_reply(line);
  if (!record) {
    return lost(assignment, Status::kFailed,
                format("the worker answered with garbage: {}", record.error().message()));
  }
  const bool is_ours = record->trial_key == sweep::key_of(assignment.trial) &&
                       record->replicate == assignment.replicate;
  if (!is_ours) return lost(assignment, Status::kFailed, "the worker answered for another trial");
  return *std::move(record);
}

Record WorkerProcess::lost(const Assignment& assignment, Status status, const std::string& reason) {
  if (is_alive()) end(true);
  return lost_trial(assignment, options_.build, status, reason);
}

std::string WorkerProcess::end(bool kill_it) {
  if (kill_it) {
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);  // Before its setpgid the group does not exist yet.
  }
  close(out_);  // A worker that waits for work ends by itself.
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  close(in_);
  pid_ = in_ = out_ = -1;
  return describe_end(status);
}

}  // namespace assay::worker
