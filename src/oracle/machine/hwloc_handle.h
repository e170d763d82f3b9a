// SPDX-License-Identifier: MIT
// hwloc's objects with owners: what topology.cc and binding.cc share and nobody else sees.
#pragma once

#include <hwloc.h>

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace assay::machine::internal {

struct TopologyDeleter {
  void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
using HwlocTopology = std::unique_ptr<hwloc_topology, TopologyDeleter>;

struct BitmapDeleter {
  void operator()(hwloc_bitmap_s* bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, BitmapDeleter>;

/// This machine as this process may use it.
Result<HwlocTopology> load_topology();
/// One of hwloc's synthetic machines, "numa:4 core:2 pu:1".
Result<HwlocTopology> invent_topology(const std::string& description);
Bitmap make_bitmap(const std::vector<int>& indexes);
std::vector<int> indexes_of(hwloc_const_bitmap_t bitmap);

}  // namespace assay::machine::internal
