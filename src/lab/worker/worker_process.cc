// SPDX-License-Identifier: MIT
#include "lab/worker/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/codec/file.h"
#include "lab/worker/protocol.h"
#include "oracle/machine/proc_text.h"
#include "oracle/machine/system_file.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASSAY_HAS_SHADOW_MEMORY 1
#else
#define ASSAY_HAS_SHADOW_MEMORY 0
#endif

namespace assay::worker {
namespace {

using store::Record;
using store::Status;

// Above the start of any program on a busy machine; a person would have given up before.
constexpr Nanoseconds kStartTimeout = 60s;
// For a process that has closed its end and is about to be gone.
constexpr Nanoseconds kPatience = 1s;
constexpr Nanoseconds kNoPatience = 0s;

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
    merged.push_back(format("{}={}", name, value));
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

// Exit codes of a child that never became a worker: the shell's own for the last.
constexpr int kNotBound = 125;
constexpr int kOrphaned = 126;
constexpr int kNotStarted = 127;

/// In the child. Never returns.
[[noreturn]] void become_worker(const Launch& launch, int in, int out) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(kOrphaned);  // The runner died before it could be watched.
  if (launch.is_bound && sched_setaffinity(0, sizeof(launch.cpus), &launch.cpus) != 0) {
    _exit(kNotBound);
  }
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
  _exit(kNotStarted);
}

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

/// Closed on exec, and above the standard descriptors, which the child replaces.
Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error::environment("cannot make a pipe: {}", codec::describe_errno(errno));
  }
  for (int& end : ends) {
    if (end > STDERR_FILENO) continue;
    const int above = fcntl(end, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(end);
    end = above;
  }
  return Pipe{.read_end = ends[0], .write_end = ends[1]};
}

std::string describe_end(int status) {
  if (WIFEXITED(status)) {
    switch (const int code = WEXITSTATUS(status)) {
      case kNotBound:
        return "it could not be bound to its CPUs";
      case kNotStarted:
        return "the program could not be started";
      default:
        return format("the worker ended by itself with exit code {}", code);
    }
  }
  const int signal = WTERMSIG(status);
  const char* name = sigabbrev_np(signal);
  return format("the worker was ended by SIG{}", name == nullptr ? "?" : name);
}

/// How often the kernel has killed somebody because memory ran out.
std::int64_t out_of_memory_kills() {
  const auto text = machine::read_system_file("/proc/vmstat");
  if (!text.is_present()) return 0;
  const auto kills = machine::parse_counter(text.value(), "oom_kill");
  return kills.is_present() ? kills.value() : 0;
}

/// Whether the process ended within `patience`.
bool has_ended(pid_t pid, Nanoseconds patience) {
  const int watch = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (watch < 0) return false;
  pollfd ending{watch, POLLIN, 0};
  const int milliseconds = static_cast<int>(patience / 1ms);
  const int ready = poll(&ending, 1, milliseconds);
  close(watch);
  return ready > 0;
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
  if (is_alive()) end(kNoPatience);
}

Result<WorkerProcess> WorkerProcess::start(WorkerOptions options) {
  std::signal(SIGPIPE, SIG_IGN);  // A worker that is gone is an Error of send, not a signal.
  ASSAY_TRY(const Pipe to_worker, make_pipe());
  const auto from_worker = make_pipe();
  Launch launch;
  auto made = from_worker ? make_launch(options, to_worker.read_end, from_worker->write_end, launch)
                          : Result<void>(from_worker.error());
  const pid_t child = made ? fork() : -1;
  if (child == 0) become_worker(launch, to_worker.read_end, from_worker->write_end);
  if (made && child < 0) {
    made = Error::environment("cannot start a process: {}", codec::describe_errno(errno));
  }
  close(to_worker.read_end);
  if (from_worker) close(from_worker->write_end);
  if (launch.log >= 0) close(launch.log);
  if (!made) {
    close(to_worker.write_end);
    if (from_worker) close(from_worker->read_end);
    return made.error();
  }
  WorkerProcess worker(std::move(options), child, from_worker->read_end, to_worker.write_end);
  ASSAY_TRY_VOID(worker.greet().context("while starting {}", launch.program));
  return worker;
}

/// The first line of the worker must say that it is one, and of the same build.
Result<void> WorkerProcess::greet() {
  std::string line;
  ASSAY_TRY(const Arrival arrival, channel_.receive(line, kStartTimeout));
  if (arrival == Arrival::kClosed) {
    return Error::environment("no worker: {}; what it printed is in {}",
                              describe_end(end(kPatience)),
                              options_.log.empty() ? "no log" : options_.log.string());
  }
  if (arrival != Arrival::kLine) {
    return Error::environment("no worker: it said nothing within {}", to_text(kStartTimeout));
  }
  ASSAY_TRY(const std::string build, decode_hello(line));
  if (build == options_.build) return {};
  return Error::environment("the worker is another build, {}, than the runner, {}: start again",
                            build, options_.build);
}

std::optional<Record> WorkerProcess::run(const Assignment& assignment, Nanoseconds timeout,
                                         const std::atomic<bool>* stop) {
  ASSAY_CHECK(is_alive(), "a trial is given to a living worker only");
  oom_kills_ = out_of_memory_kills();
  if (!channel_.send(encode_assignment(assignment))) return ended(assignment);
  std::string line;
  const auto arrival = channel_.receive(line, timeout, stop);
  if (!arrival) return lost(assignment, Status::kFailed, arrival.error().to_string());
  switch (*arrival) {
    case Arrival::kLine:
      return answer(assignment, line);
    case Arrival::kClosed:
      return ended(assignment);
    case Arrival::kTimedOut:
      return lost(assignment, Status::kTimedOut, format("no answer within {}", to_text(timeout)));
    case Arrival::kTooLong:
      return lost(assignment, Status::kFailed, "the worker sent a line without end");
    case Arrival::kStopped:
      end(kNoPatience);
      return {};
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

/// The worker closed its end without an answer.
Record WorkerProcess::ended(const Assignment& assignment) {
  const int status = end(kPatience);
  const bool is_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (is_killed && out_of_memory_kills() > oom_kills_) {
    return lost(assignment, Status::kOutOfMemory,
                "the kernel ended the worker because memory ran out");
  }
  return lost(assignment, Status::kFailed, describe_end(status));
}

Record WorkerProcess::lost(const Assignment& assignment, Status status, const std::string& reason) {
  if (is_alive()) end(kNoPatience);
  return lost_trial(assignment, options_.build, status, reason);
}

int WorkerProcess::end(Nanoseconds patience) {
  close(out_);  // A worker that waits for work ends by itself.
  if (patience > 0ns) has_ended(pid_, patience);
  // A process that is ending keeps the status it ends with; the group may hold children of it.
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);  // Before its setpgid the group does not exist yet.
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  close(in_);
  pid_ = in_ = out_ = -1;
  return status;
}

}  // namespace assay::worker
