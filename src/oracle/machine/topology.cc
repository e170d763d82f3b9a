// SPDX-License-Identifier: MIT
#include "oracle/machine/topology.h"

#include <algorithm>

#include "oracle/machine/hwloc_handle.h"

namespace assay::machine {
namespace {

using internal::indexes_of;

/// Objects of a type, in hwloc's logical order.
std::vector<hwloc_obj_t> objects_of(hwloc_topology_t topology, hwloc_obj_type_t type) {
  std::vector<hwloc_obj_t> objects;
  hwloc_obj_t object = nullptr;
  while ((object = hwloc_get_next_obj_by_type(topology, type, object)) != nullptr) {
    objects.push_back(object);
  }
  return objects;
}

std::vector<Core> read_cores(hwloc_topology_t topology) {
  std::vector<Core> cores;
  for (const hwloc_obj_t object : objects_of(topology, HWLOC_OBJ_CORE)) {
    const std::vector<int> nodes = indexes_of(object->nodeset);
    cores.push_back(
        {.cpus = indexes_of(object->cpuset), .numa_node = nodes.empty() ? 0 : nodes[0]});
  }
  if (!cores.empty()) return cores;
  for (const hwloc_obj_t unit : objects_of(topology, HWLOC_OBJ_PU)) {
    cores.push_back({.cpus = indexes_of(unit->cpuset)});  // The machine names no cores.
  }
  return cores;
}

std::string kind_of(hwloc_obj_cache_type_t type) {
  if (type == HWLOC_OBJ_CACHE_DATA) return "data";
  return type == HWLOC_OBJ_CACHE_INSTRUCTION ? "instruction" : "unified";
}

Cache cache_of(hwloc_obj_t object) {
  const hwloc_obj_attr_u::hwloc_cache_attr_s& attributes = object->attr->cache;
  return {.level = static_cast<int>(attributes.depth),
          .kind = kind_of(attributes.type),
          .size = Bytes(static_cast<std::int64_t>(attributes.size)),
          .line = static_cast<int>(attributes.linesize),
          .count = 1,
          .shared_by = hwloc_bitmap_weight(object->cpuset)};
}

/// Adds to the equal cache, or as a new one.
void add_cache(std::vector<Cache>& caches, const Cache& cache) {
  for (Cache& known : caches) {
    if (known.level == cache.level && known.kind == cache.kind && known.size == cache.size &&
        known.shared_by == cache.shared_by) {
      ++known.count;
      return;
    }
  }
  caches.push_back(cache);
}

std::vector<Cache> read_caches(hwloc_topology_t topology) {
  std::vector<Cache> caches;
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L1ICACHE, HWLOC_OBJ_L2CACHE,
                                      HWLOC_OBJ_L2ICACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE}) {
    for (const hwloc_obj_t object : objects_of(topology, type))
      add_cache(caches, cache_of(object));
  }
  return caches;
}

std::vector<NumaNode> read_numa_nodes(hwloc_topology_t topology) {
  std::vector<NumaNode> nodes;
  for (const hwloc_obj_t object : objects_of(topology, HWLOC_OBJ_NUMANODE)) {
    nodes.push_back(
        {.id = static_cast<int>(object->os_index),
         .memory = Bytes(static_cast<std::int64_t>(object->attr->numanode.local_memory)),
         .cpus = indexes_of(object->cpuset)});
  }
  return nodes;
}

/// The first matrix of latencies between all nodes that the system tells.
std::vector<std::vector<std::uint64_t>> read_distances(hwloc_topology_t topology,
                                                       std::size_t nodes) {
  unsigned count = 1;
  hwloc_distances_s* matrix = nullptr;
  const int read = hwloc_distances_get_by_type(topology, HWLOC_OBJ_NUMANODE, &count, &matrix,
                                               HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0);
  if (read != 0 || count == 0) return {};
  std::vector<std::vector<std::uint64_t>> distances;
  if (matrix->nbobjs == nodes) {  // hwloc's logical order, as the nodes are.
    for (std::size_t from = 0; from < nodes; ++from) {
      const hwloc_uint64_t* row = matrix->values + from * nodes;
      distances.emplace_back(row, row + nodes);
    }
  }
  hwloc_distances_release(topology, matrix);
  return distances;
}

Result<Topology> whole_topology(hwloc_topology_t topology) {
  // hwloc lists instruction caches only when asked to keep them (hwloc(7), type filters); what it
  // keeps by default is what decides the time of numeric code.
  Topology result;
  result.packages = static_cast<int>(objects_of(topology, HWLOC_OBJ_PACKAGE).size());
  result.cores = read_cores(topology);
  result.caches = read_caches(topology);
  result.numa_nodes = read_numa_nodes(topology);
  result.distances = read_distances(topology, result.numa_nodes.size());
  if (result.cpu_count() == 0) return Error::environment("hwloc sees no CPU on this machine");
  return result;
}

}  // namespace

int Topology::cpu_count() const {
  int count = 0;
  for (const Core& core : cores)
    count += static_cast<int>(core.cpus.size());
  return count;
}

bool Topology::has_smt() const {
  return std::ranges::any_of(cores, [](const Core& core) { return core.cpus.size() > 1; });
}

Result<Topology> read_topology() {
  ASSAY_TRY(const internal::HwlocTopology topology, internal::load_topology());
  return whole_topology(topology.get());
}

Result<Topology> invented_topology(const std::string& description) {
  ASSAY_TRY(const internal::HwlocTopology topology, internal::invent_topology(description));
  return whole_topology(topology.get());
}

std::vector<int> measuring_cpus(const Topology& topology, int count) {
  std::vector<int> cpus;
  std::size_t siblings_max = 0;
  for (const Core& core : topology.cores)
    siblings_max = std::max(siblings_max, core.cpus.size());
  for (std::size_t sibling = 0; sibling < siblings_max; ++sibling) {
    for (auto core = topology.cores.rbegin(); core != topology.cores.rend(); ++core) {
      const bool is_enough = std::ssize(cpus) >= count;
      if (!is_enough && sibling < core->cpus.size()) cpus.push_back(core->cpus[sibling]);
    }
  }
  std::ranges::sort(cpus);
  return cpus;
}

bool share_a_core(const Topology& topology, const std::vector<int>& cpus) {
  return std::ranges::any_of(topology.cores, [&](const Core& core) {
    return std::ranges::count_if(
               core.cpus, [&](int cpu) { return std::ranges::find(cpus, cpu) != cpus.end(); }) > 1;
  });
}

}  // namespace assay::machine
