// SPDX-License-Identifier: MIT
// Which memory tiers a machine has, as the topology names them and as a sweep of working sets shows
// them: where the time of a byte jumps, a tier ends. What one thread gets of a shared or a virtual
// cache is often less than its size; where nothing jumps, the size of the topology stands, and says
// so. Pure: sweep and topology are arguments.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/units.h"
#include "oracle/hardware/hardware_profile.h"
#include "oracle/machine/topology.h"
#include "oracle/probe/timed.h"

namespace assay::probe {

struct SweepPoint {
  double bytes = 0;             ///< The working set of one thread.
  double seconds_per_byte = 0;  ///< Of reading it again and again.
};

/// Rising sizes, a whole number of vectors each, evenly many per factor of ten.
std::vector<std::int64_t> sweep_sizes(Bytes least, Bytes most, int per_decade);

struct PlannedTier {
  std::string name;   ///< "L1", ..., "DRAM"
  int shared_by = 0;  ///< Threads; 0: all.
  oracle::Quantity capacity = {};
  /// From which to which working set of one thread this tier holds it; the capacity above, or for
  /// memory no end.
  double bytes_least = 0;
  double bytes_most = 0;

  /// A working set of all threads together that lies well within the tier, a whole number of
  /// vectors for each; 0 where there is none, or none of at most `most`.
  std::int64_t working_set(int threads, Bytes most) const;
};

/// The nearest first, main memory of `memory` bytes last. Checked: the sweep rises.
std::vector<PlannedTier> plan_tiers(const machine::Topology& topology, Bytes memory,
                                    std::span<const SweepPoint> sweep, const Method& method);

}  // namespace assay::probe
