// SPDX-License-Identifier: MIT
// The runner's side of a worker: a process of its own with its own environment, CPUs, time limit
// and memory limit. Whatever becomes of it, every trial that it was given comes back as a Record:
//
//   crash          failed, with the signal's name     hang      timed_out, and it is killed
//   memory limit   out_of_memory                      garbage   failed, and it is killed
//
// It dies with the runner, and takes along what it has started itself.
//
//   ASSAY_TRY(WorkerProcess worker, WorkerProcess::start(options));
//   std::optional<store::Record> record = worker.run(assignment, 60s);
//   if (!worker.is_alive()) ...start another for the next trial
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/units.h"
#include "lab/store/record.h"
#include "lab/worker/line_channel.h"
#include "lab/worker/run_trial.h"

namespace assay::worker {

struct WorkerOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments{"worker"};    ///< `--in N --out M` is added.
  std::map<std::string, std::string> environment;  ///< Laid over this process's own.
  std::vector<int> cpus;                           ///< Bound to these; empty: not bound.
  Bytes memory_max{0};                             ///< Of its data; 0: no limit.
  std::filesystem::path log;                       ///< Gets what it prints; empty: nowhere.
  std::string build;  ///< What it must say it is; stands in the records of lost trials.
};

/// Whether `memory_max` is enforced: not in builds with a sanitizer, whose shadow memory would
/// count.
bool enforces_memory_limit();

class WorkerProcess {
 public:
  /// Returns when the worker has said that it is one. An Error is about the program, its binding
  /// or the machine: no other start will do better.
  static Result<WorkerProcess> start(WorkerOptions options);
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;
  ~WorkerProcess();  ///< Kills what is still alive.

  /// A record whatever happens, and none only where `stop` went up meanwhile. After anything but
  /// an answer the process is gone.
  std::optional<store::Record> run(const Assignment& assignment, Nanoseconds timeout,
                                   const std::atomic<bool>* stop = nullptr);

  bool is_alive() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }

 private:
  WorkerProcess(WorkerOptions options, pid_t pid, int in, int out);
  Result<void> greet();
  store::Record answer(const Assignment& assignment, const std::string& line);
  store::Record ended(const Assignment& assignment);
  store::Record lost(const Assignment& assignment, store::Status status, const std::string& reason);
  /// Closes the pipes, gives the process this long to end by itself, kills what is left of its
  /// group, and returns its wait status.
  int end(Nanoseconds patience);

  WorkerOptions options_;
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  LineChannel channel_;
  std::int64_t oom_kills_ = 0;  ///< Of the kernel, before the present trial.
};

}  // namespace assay::worker
