// SPDX-License-Identifier: MIT
// Carries out an experiment: every trial in every process, through workers, into a run folder.
//
//   plan the trials -> open the folder (or the one that was interrupted) -> environment before ->
//   for every process: a fresh worker and the trials in an order of their own ->
//   more processes for undecided claims -> environment after
//
// Each record is appended as it is made, so a run can be killed at any moment and gone on with.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "lab/runner/observer.h"
#include "lab/spec/spec.h"
#include "lab/store/resume.h"

namespace assay::runner {

struct RunRequest {
  spec::Spec spec;
  std::filesystem::path results_root;
  std::filesystem::path program;  ///< Started as a worker.
  std::vector<std::string> worker_arguments{"worker"};
  std::string build;      ///< Identity of the program.
  std::string only;       ///< A trial id; empty: all.
  bool is_fresh = false;  ///< A new folder whatever was there before.
  /// More processes for trials whose interval is too wide, after all the planned ones.
  std::vector<store::TopUp> top_ups;
};

struct RunSummary {
  std::filesystem::path folder;
  std::int64_t measured = 0;                     ///< Records made now.
  std::int64_t resumed = 0;                      ///< Records found done.
  std::map<std::string, std::int64_t> statuses;  ///< Of all arms of the records that count.
  bool was_stopped = false;                      ///< By `stop`: the folder can be gone on with.
};

/// `stop` (a signal handler may raise it) ends the trial in flight without a record. A trial never
/// ends a run; a worker that cannot be started and a disk that cannot be written do, and every
/// record made before stays readable.
Result<RunSummary> run(const RunRequest& request, RunObserver& observer,
                       const std::atomic<bool>& stop);

}  // namespace assay::runner
