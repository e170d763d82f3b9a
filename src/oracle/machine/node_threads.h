// SPDX-License-Identifier: MIT
// Threads that compute, kept on the CPUs of one NUMA node while this lives, and put back where they
// were after it. Where they may run is read back from the system, thread by thread.
#pragma once

#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "core/result.h"
#include "oracle/machine/topology.h"

namespace assay::machine {

/// Calls its argument once in every thread that computes, the caller among them; perhaps at the
/// same time.
using InEveryThread = std::function<void(const std::function<void()>&)>;

class NodeThreads {
 public:
  NodeThreads() = default;  ///< Binds nothing.
  /// Threads that are on the node already are left as they are, bound to single CPUs or not.
  static Result<NodeThreads> keep_on(const Topology& topology, int node,
                                     const InEveryThread& in_every_thread);

  NodeThreads(NodeThreads&& other) noexcept { swap(other); }
  NodeThreads& operator=(NodeThreads&& other) noexcept {
    swap(other);
    return *this;
  }
  ~NodeThreads();

 private:
  void swap(NodeThreads& other) noexcept {
    std::swap(in_every_thread_, other.in_every_thread_);
    std::swap(before_, other.before_);
  }

  InEveryThread in_every_thread_;                       // Null: nothing was bound.
  std::map<std::thread::id, std::vector<int>> before_;  // The CPUs of each, as they were.
};

/// The nodes on whose CPUs the threads may run, rising.
Result<std::vector<int>> nodes_of_threads(const Topology& topology,
                                          const InEveryThread& in_every_thread);

}  // namespace assay::machine
