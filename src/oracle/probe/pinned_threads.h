// SPDX-License-Identifier: MIT
// The threads that compute, each on a CPU of its own while this lives, and put back after it. The
// caller has the first.
#pragma once

#include <vector>

#include "core/result.h"
#include "oracle/machine/topology.h"

namespace assay::probe {

class PinnedThreads {
 public:
  /// On the CPUs that are for measuring (one per core before any sibling); 0: one a core. A user
  /// error where there are fewer CPUs than threads.
  static Result<PinnedThreads> create(const machine::Topology& topology, int count);

  PinnedThreads(PinnedThreads&& other) noexcept { swap(other); }
  PinnedThreads& operator=(PinnedThreads&& other) noexcept {
    swap(other);
    return *this;
  }
  ~PinnedThreads();

  int count() const { return static_cast<int>(cpus_.size()); }
  const std::vector<int>& cpus() const { return cpus_; }

 private:
  PinnedThreads() = default;
  void swap(PinnedThreads& other) noexcept {
    std::swap(cpus_, other.cpus_);
    std::swap(cpus_before_, other.cpus_before_);
    std::swap(count_before_, other.count_before_);
  }

  std::vector<int> cpus_;         // Empty: moved away.
  std::vector<int> cpus_before_;  // Of the caller.
  int count_before_ = 0;
};

}  // namespace assay::probe
