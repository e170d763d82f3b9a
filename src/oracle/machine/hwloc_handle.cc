// SPDX-License-Identifier: MIT
#include "oracle/machine/hwloc_handle.h"

#include <cerrno>
#include <system_error>

namespace assay::machine::internal {

namespace {

Result<HwlocTopology> new_topology() {
  hwloc_topology* raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) {
    return Error::environment("hwloc cannot start: {}", std::generic_category().message(errno));
  }
  return HwlocTopology(raw);
}

}  // namespace

Result<HwlocTopology> load_topology() {
  ASSAY_TRY(HwlocTopology topology, new_topology());
  if (hwloc_topology_load(topology.get()) != 0) {
    return Error::environment("hwloc cannot read the topology of this machine: {}",
                              std::generic_category().message(errno));
  }
  return topology;
}

Result<HwlocTopology> invent_topology(const std::string& description) {
  ASSAY_TRY(HwlocTopology topology, new_topology());
  if (hwloc_topology_set_synthetic(topology.get(), description.c_str()) != 0 ||
      hwloc_topology_load(topology.get()) != 0) {
    return Error::user(
        "no synthetic topology of hwloc: {}; expected such as \"numa:4 core:2 pu:1\"", description);
  }
  return topology;
}

Bitmap make_bitmap(const std::vector<int>& indexes) {
  Bitmap bitmap(hwloc_bitmap_alloc());
  ASSAY_CHECK(bitmap != nullptr, "a bitmap of a few words fits into memory");
  for (const int index : indexes) {
    ASSAY_CHECK_GE(index, 0, "CPUs and nodes are counted from 0");
    hwloc_bitmap_set(bitmap.get(), static_cast<unsigned>(index));
  }
  return bitmap;
}

std::vector<int> indexes_of(hwloc_const_bitmap_t bitmap) {
  std::vector<int> indexes;
  const int last = hwloc_bitmap_last(bitmap);  // -1 for an empty and for an infinite set.
  for (int index = hwloc_bitmap_first(bitmap); index >= 0 && index <= last;
       index = hwloc_bitmap_next(bitmap, index)) {
    indexes.push_back(index);
  }
  return indexes;
}

}  // namespace assay::machine::internal
