// SPDX-License-Identifier: MIT
#include "oracle/machine/node_choice.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/check.h"
#include "core/format.h"
#include "oracle/machine/proc_text.h"

namespace assay::machine {
namespace {

std::optional<int> number_of(std::string_view name) {
  int number = -1;
  const char* const end = name.data() + name.size();
  const auto [after, problem] = std::from_chars(name.data(), end, number);
  if (problem != std::errc{} || after != end || number < 0) return std::nullopt;
  return number;
}

const NumaNode* node_of(const Topology& topology, int id) {
  const auto found = std::ranges::find(topology.numa_nodes, id, &NumaNode::id);
  return found == topology.numa_nodes.end() ? nullptr : &*found;
}

std::string what_there_is(const Topology& topology) {
  if (topology.numa_nodes.size() == 1) return "this machine has one NUMA node";
  std::vector<int> ids;
  for (const NumaNode& node : topology.numa_nodes) {
    ids.push_back(node.id);
  }
  std::ranges::sort(ids);
  return format("this machine has the NUMA nodes {}", to_cpu_list(ids));
}

NodeChoice absent(const Topology& topology, std::string_view why) {
  return {.node = {}, .absent = format("{}{}", what_there_is(topology), why)};
}

/// As the firmware says; where it says nothing, all others are one step away.
std::uint64_t distance_of(const Topology& topology, int from, int to) {
  const auto index = [&](int id) {
    const auto found = std::ranges::find(topology.numa_nodes, id, &NumaNode::id);
    return static_cast<std::size_t>(found - topology.numa_nodes.begin());
  };
  if (topology.distances.empty()) return from == to ? 0 : 1;
  return topology.distances.at(index(from)).at(index(to));
}

std::optional<int> farthest(const Topology& topology, int home) {
  std::optional<int> best;
  for (const NumaNode& node : topology.numa_nodes) {
    if (node.id == home || node.memory.count() == 0) continue;
    const auto away = [&](int id) { return distance_of(topology, home, id); };
    const bool is_farther = !best || away(node.id) > away(*best);
    const bool is_lower = best && away(node.id) == away(*best) && node.id < *best;
    if (is_farther || is_lower) best = node.id;
  }
  return best;
}

}  // namespace

Result<void> check_node_name(std::string_view name) {
  if (name == kAnyNode || name == kLocalNode || name == kRemoteNode || number_of(name)) return {};
  return Error::user("expected {}, {}, {} or the number of a NUMA node: got {}", kAnyNode,
                     kLocalNode, kRemoteNode, name);
}

Result<void> check_compute_name(std::string_view name) {
  if (name == kAnyNode || number_of(name)) return {};
  return Error::user("expected {} or the number of a NUMA node: got {}", kAnyNode, name);
}

NodeChoice choose_memory(const Topology& topology, std::string_view name, int home) {
  if (name == kAnyNode) return {};
  if (name == kRemoteNode) {
    const std::optional<int> node = farthest(topology, home);
    if (node) return {.node = node, .absent = {}};
    return absent(topology, topology.numa_nodes.size() == 1 ? "" : ", no other one with memory");
  }
  const std::optional<int> asked = name == kLocalNode ? home : number_of(name);
  ASSAY_CHECK(asked.has_value(), "a node's name was checked when the experiment was read");
  const NumaNode* node = node_of(topology, *asked);
  if (node == nullptr) return absent(topology, "");
  if (node->memory.count() == 0) return absent(topology, format(", {} without memory", *asked));
  return {.node = asked, .absent = {}};
}

NodeChoice choose_compute(const Topology& topology, std::string_view name) {
  if (name == kAnyNode) return {};
  const std::optional<int> asked = number_of(name);
  ASSAY_CHECK(asked.has_value(), "a node's name was checked when the experiment was read");
  const NumaNode* node = node_of(topology, *asked);
  if (node == nullptr) return absent(topology, "");
  if (node->cpus.empty()) return absent(topology, format(", {} without CPUs", *asked));
  return {.node = asked, .absent = {}};
}

std::vector<int> nodes_of_cpus(const Topology& topology, const std::vector<int>& cpus) {
  std::vector<int> ids;
  for (const NumaNode& node : topology.numa_nodes) {
    const bool has_one = std::ranges::any_of(
        cpus, [&](int cpu) { return std::ranges::find(node.cpus, cpu) != node.cpus.end(); });
    if (has_one) ids.push_back(node.id);
  }
  std::ranges::sort(ids);
  return ids;
}

}  // namespace assay::machine
