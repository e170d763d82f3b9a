// SPDX-License-Identifier: MIT
#include "oracle/machine/binding.h"

#include <cerrno>
#include <system_error>

#include "core/format.h"
#include "oracle/machine/hwloc_handle.h"
#include "oracle/machine/proc_text.h"

namespace assay::machine {
namespace {

using internal::Bitmap;
using internal::HwlocTopology;
using internal::indexes_of;
using internal::make_bitmap;

Error refused(const std::string& what) {
  return Error::environment("cannot bind {}: {}", what, std::generic_category().message(errno));
}

/// A user's Error unless all of `wanted` is in `allowed`.
Result<void> require_allowed(std::string_view noun, const std::vector<int>& wanted,
                             hwloc_const_bitmap_t allowed) {
  const Bitmap bitmap = make_bitmap(wanted);
  if (hwloc_bitmap_isincluded(bitmap.get(), allowed) != 0) return {};
  return Error::user("cannot bind to {} {}: this process may use {}", noun, to_cpu_list(wanted),
                     to_cpu_list(indexes_of(allowed)));
}

Result<void> bind_cpus(hwloc_topology_t topology, const std::vector<int>& cpus) {
  ASSAY_TRY_VOID(require_allowed("CPU", cpus, hwloc_topology_get_allowed_cpuset(topology)));
  const Bitmap bitmap = make_bitmap(cpus);
  if (hwloc_set_cpubind(topology, bitmap.get(), HWLOC_CPUBIND_THREAD) == 0) return {};
  return refused(format("to CPU {}", to_cpu_list(cpus)));
}

Result<void> bind_memory(hwloc_topology_t topology, int node) {
  ASSAY_TRY_VOID(
      require_allowed("memory of node", {node}, hwloc_topology_get_allowed_nodeset(topology)));
  const Bitmap bitmap = make_bitmap({node});
  if (hwloc_set_membind(topology, bitmap.get(), HWLOC_MEMBIND_BIND,
                        HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET) == 0) {
    return {};
  }
  return refused(format("memory to node {}", node));
}

}  // namespace

std::string to_text(const Binding& binding) {
  std::string text;
  if (!binding.cpus.empty()) text = format("CPU {}", to_cpu_list(binding.cpus));
  if (binding.memory_node) {
    text += format("{}memory of node {}", text.empty() ? "" : ", ", *binding.memory_node);
  }
  return text.empty() ? "anywhere" : text;
}

Result<void> bind(const Binding& binding) {
  ASSAY_TRY(const HwlocTopology topology, internal::load_topology());
  if (!binding.cpus.empty()) ASSAY_TRY_VOID(bind_cpus(topology.get(), binding.cpus));
  if (binding.memory_node) ASSAY_TRY_VOID(bind_memory(topology.get(), *binding.memory_node));
  return {};
}

Result<Binding> observe_binding() {
  ASSAY_TRY(const HwlocTopology topology, internal::load_topology());
  const Bitmap cpus = make_bitmap({});
  if (hwloc_get_cpubind(topology.get(), cpus.get(), HWLOC_CPUBIND_THREAD) != 0) {
    return Error::environment("cannot read the binding back: {}",
                              std::generic_category().message(errno));
  }
  Binding binding{.cpus = indexes_of(cpus.get()), .memory_node = {}};
  const Bitmap nodes = make_bitmap({});
  hwloc_membind_policy_t policy = HWLOC_MEMBIND_DEFAULT;
  const int read = hwloc_get_membind(topology.get(), nodes.get(), &policy,
                                     HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET);
  if (read == 0 && policy == HWLOC_MEMBIND_BIND && hwloc_bitmap_weight(nodes.get()) == 1) {
    binding.memory_node = hwloc_bitmap_first(nodes.get());
  }
  return binding;
}

Result<std::vector<int>> memory_nodes_of(const void* start, Bytes size) {
  ASSAY_TRY(const HwlocTopology topology, internal::load_topology());
  const Bitmap nodes = make_bitmap({});
  if (hwloc_get_area_memlocation(topology.get(), start, static_cast<std::size_t>(size.count()),
                                 nodes.get(), HWLOC_MEMBIND_BYNODESET) != 0) {
    return Error::environment("cannot read where memory lies: {}",
                              std::generic_category().message(errno));
  }
  return indexes_of(nodes.get());
}

}  // namespace assay::machine
