// SPDX-License-Identifier: MIT
// Where work runs and where its memory lies: asked for, and observed back. A binding that cannot be
// had is an Error, never a silent "anywhere".
//
//   ASSAY_TRY_VOID(bind({.cpus = {1}, .memory_node = 0}));
//   ASSAY_TRY(Binding in_force, observe_binding());
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/units.h"

namespace assay::machine {

struct Binding {
  std::vector<int> cpus;           ///< Rising; empty: anywhere.
  std::optional<int> memory_node;  ///< NUMA node of pages touched from now on; none: as it comes.

  bool operator==(const Binding&) const = default;
};

/// "CPU 0-1, memory of node 0", "anywhere"
std::string to_text(const Binding& binding);

/// Binds the calling thread and what it starts from now on. Naming a CPU or node that this process
/// may not use is the user's mistake; a system that refuses is the environment's.
Result<void> bind(const Binding& binding);

/// What is in force for the calling thread, read back from the system.
Result<Binding> observe_binding();

/// The NUMA nodes on which the pages of a touched piece of memory lie. Asked of the kernel.
Result<std::vector<int>> memory_nodes_of(const void* start, Bytes size);

}  // namespace assay::machine
