// SPDX-License-Identifier: MIT
// Which NUMA node an experiment means: a number, or a word that the topology decides. Pure: the
// machine is an argument.
//
//   NodeChoice remote = choose_node(topology, "remote", 0);  // The farthest memory from node 0.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "oracle/machine/topology.h"

namespace assay::machine {

inline constexpr std::string_view kAnyNode = "any";        ///< As it comes: nothing is bound.
inline constexpr std::string_view kLocalNode = "local";    ///< Memory of the node that computes.
inline constexpr std::string_view kRemoteNode = "remote";  ///< Memory farthest from it.

/// A user error where the text is none of the words and no number.
Result<void> check_node_name(std::string_view name);
/// The same for where threads run: local and remote mean nothing there.
Result<void> check_compute_name(std::string_view name);

struct NodeChoice {
  std::optional<int> node;  ///< None: any, or absent.
  std::string absent;       ///< Why this machine has none of that name; empty where it has.
};

/// Where memory is to lie. `home`: the node whose CPUs compute. Of nodes that are equally far the
/// lowest is remote; a node without memory never is. Checked: `name` has passed check_node_name.
NodeChoice choose_memory(const Topology& topology, std::string_view name, int home);

/// Where threads are to run: a number or "any". Other nodes are absent, also those without CPUs.
NodeChoice choose_compute(const Topology& topology, std::string_view name);

/// The nodes of these CPUs, rising.
std::vector<int> nodes_of_cpus(const Topology& topology, const std::vector<int>& cpus);

}  // namespace assay::machine
