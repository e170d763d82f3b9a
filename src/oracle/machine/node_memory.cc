// SPDX-License-Identifier: MIT
#include "oracle/machine/node_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/format.h"
#include "oracle/machine/binding.h"
#include "oracle/machine/hwloc_handle.h"
#include "oracle/machine/topology.h"

namespace assay::machine {
namespace {

Result<void> bind_to(std::span<std::byte> bytes, int node) {
  ASSAY_TRY(const internal::HwlocTopology topology, internal::load_topology());
  const int nodes = hwloc_get_nbobjs_by_type(topology.get(), HWLOC_OBJ_NUMANODE);
  const internal::Bitmap bitmap = internal::make_bitmap({node});
  if (hwloc_bitmap_isincluded(bitmap.get(), hwloc_topology_get_allowed_nodeset(topology.get())) ==
      0) {
    return Error::user("cannot bind memory to node {}: this process may not use it", node);
  }
  if (nodes == 1) return {};  // All memory is there, also where a container forbids to say so.
  if (hwloc_set_area_membind(topology.get(), bytes.data(), bytes.size(), bitmap.get(),
                             HWLOC_MEMBIND_BIND,
                             HWLOC_MEMBIND_BYNODESET | HWLOC_MEMBIND_STRICT) == 0) {
    return {};
  }
  return Error::environment("cannot bind memory to node {}: {}", node,
                            std::generic_category().message(errno));
}

}  // namespace

Result<NodeMemory> NodeMemory::create(Bytes size, std::optional<int> node) {
  if (size.count() <= 0) return NodeMemory();
  const auto bytes = static_cast<std::size_t>(size.count());
  void* start = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) {
    return Error::environment("there is no memory for {}: {}", to_text(size),
                              std::generic_category().message(errno));
  }
  NodeMemory memory(static_cast<std::byte*>(start), bytes);
  if (node) ASSAY_TRY_VOID(bind_to(memory.bytes(), *node));
  std::memset(start, 0, bytes);  // The first touch places a page.
  return memory;
}

NodeMemory::~NodeMemory() {
  if (start_ != nullptr) munmap(start_, size_);
}

Result<std::vector<int>> NodeMemory::nodes() const {
  if (start_ == nullptr) return std::vector<int>();
  auto nodes = memory_nodes_of(start_, Bytes(static_cast<std::int64_t>(size_)));
  if (nodes) return nodes;
  // Where the kernel does not tell (a container may forbid it), one node leaves no doubt.
  ASSAY_TRY(const Topology topology, read_topology());
  if (topology.numa_nodes.size() == 1) return std::vector<int>{topology.numa_nodes.front().id};
  return nodes.error();
}

}  // namespace assay::machine
