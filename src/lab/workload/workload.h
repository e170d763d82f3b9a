// SPDX-License-Identifier: MIT
// A kind of work that can be measured: the only bridge between the lab and what it measures.
//
// To add one: (1) workload/<name>.{h,cc} and its test; (2) one line in cli/registration.cc;
// (3) an experiment with a `smoke` scale that uses it. Smallest example: null_work.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.h"
#include "core/value.h"
#include "lab/measure/policy.h"
#include "lab/measure/system_under_test.h"
#include "lab/spec/factors.h"
#include "lab/spec/vocabulary.h"
#include "lab/workload/shared_buffers.h"

namespace assay::workload {

/// What an arm may use while it is prepared.
struct Bench {
  SharedBuffers& buffers;  ///< The same memory for all arms of the trial, by role.
  std::uint64_t seed;      ///< Of the data.
  int threads;
  measure::CacheState cache;
};

/// What a call does, for rates and for comparison per unit of work.
struct Work {
  double flops = 0;
  double bytes = 0;
  double units = 0;
};

/// Result of the correctness gate. A mismatch is not an Error of the program.
struct Verdict {
  bool correct = false;
  std::string method;
  double error = 0;
  double tolerance = 0;
};

/// An arm made ready: it can be run, asked what is in force, and asked whether its answer is right.
class PreparedArm : public measure::SystemUnderTest {
 public:
  /// What is really in force, read off tensors, libraries and threads; never an echo of the
  /// request.
  virtual spec::Factors observed() const = 0;
  /// Which kernel, library, version, tile: known after the first run.
  virtual spec::Factors mechanism() const = 0;
  virtual Work work() const = 0;
  /// Spoils the output, runs once and compares what was written with the reference: what another
  /// arm left in a shared buffer is never taken for this one's answer. Never timed.
  virtual Result<Verdict> verify() = 0;
  /// Optional: what the last `calls` calls say of the metrics that the workload declares
  /// (WorkloadEntry::metrics), a value each. Default: it declares none.
  virtual std::vector<std::pair<std::string, Value>> metrics(std::int64_t /*calls*/) const {
    return {};
  }
};

/// Why an arm cannot be had here: a device, dtype or library that is not there.
struct Unsupported {
  std::string reason;
};

/// Why an arm is not asked of this machine: the question does not exist here, as that for a second
/// NUMA node on a machine with one. Nobody failed and nothing is missing.
struct Skipped {
  std::string reason;
};

using Preparation = std::variant<std::unique_ptr<PreparedArm>, Unsupported, Skipped>;

struct WorkloadDefinition {
  spec::WorkloadEntry entry;  ///< Name, sentence, parameters.
  std::function<Result<Preparation>(const spec::Factors&, Bench&)> prepare;
};

}  // namespace assay::workload
