// SPDX-License-Identifier: MIT
// The runner's side of a worker: a process of its own with its own environment, CPUs, time limit
// and memory limit. Whatever becomes of it, every trial that it was given comes back as a Record:
//
//   crash          failed, with the signal's name     hang      timed_out, and it is killed
//   memory limit   out_of_memory                      garbage   failed, and it is killed
//
//   ASSAY_TRY(WorkerProcess worker, WorkerProcess::start(options));
//   store::Record record = worker.run(assignment, 60s);
//   if (!worker.is_alive()) ...start another for the next trial
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
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
  std::string build;                               ///< For the records of trials that got lost.
};

/// Whether `memory_max` is enforced: not in builds with a sanitizer, whose shadow memory would
/// count.
bool enforces_memory_limit();

class WorkerProcess {
 public:
  static Result<WorkerProcess> start(WorkerOptions options);
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;
  ~WorkerProcess();  ///< Kills what is still alive.

  /// Always a record. After anything but an answer the process is gone.
  store::Record run(const Assignment& assignment, Nanoseconds timeout);

  bool is_alive() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }

 private:
  WorkerProcess(WorkerOptions options, pid_t pid, int in, int out);
  store::Record answer(const Assignment& assignment, const std::string& line);
  store::Record lost(const Assignment& assignment, store::Status status, const std::string& reason);
  /// Kills the process group where asked, waits for the process, closes the pipes; how it ended.
  std::string end(bool kill_it);

  WorkerOptions options_;
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  LineChannel channel_;
};

}  // namespace assay::worker
