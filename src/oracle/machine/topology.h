// SPDX-License-Identifier: MIT
// Cores, hardware threads, caches and NUMA nodes, as hwloc sees them. CPUs are named by the number
// that the operating system gives them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/units.h"

namespace assay::machine {

struct Core {
  std::vector<int> cpus;  ///< More than one: SMT siblings, which share the core's units.
  int numa_node = 0;
};

struct Cache {
  int level = 0;
  std::string kind;  ///< "data", "instruction", "unified"
  Bytes size;
  int line = 0;       ///< Bytes; 0: not known.
  int count = 0;      ///< How many of this kind and size there are.
  int shared_by = 0;  ///< CPUs that share one.
};

struct NumaNode {
  int id = 0;
  Bytes memory;  ///< 0: a node of CPUs alone.
  std::vector<int> cpus;
};

struct Topology {
  int packages = 0;
  std::vector<Core> cores;
  std::vector<Cache> caches;  ///< By level, the smallest first.
  std::vector<NumaNode> numa_nodes;
  /// What the firmware says of memory of node [to] seen from node [from], in the order of
  /// `numa_nodes`; its own is the smallest. Empty: it says nothing.
  std::vector<std::vector<std::uint64_t>> distances = {};

  int cpu_count() const;
  bool has_smt() const;
};

/// What this process may use: CPUs that a container or cgroup keeps away are not there.
Result<Topology> read_topology();

/// A machine that is not here, in hwloc's words: "numa:4 core:2 pu:1". For tests of what depends on
/// a topology.
Result<Topology> invented_topology(const std::string& description);

/// `count` CPUs for measuring: one per core before any sibling, the highest core first, because
/// interrupts and the rest of the system live on the lowest. Fewer where there are fewer.
std::vector<int> measuring_cpus(const Topology& topology, int count);

/// Whether two of the CPUs share a core: then they are no two CPUs' worth.
bool share_a_core(const Topology& topology, const std::vector<int>& cpus);

}  // namespace assay::machine
