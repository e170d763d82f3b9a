// SPDX-License-Identifier: MIT
// How many agents a server can hold at most, from first principles: the bound beside which every
// measured density stands. An agent computes for a time, then waits for a tool, again and again
// (closed population); what bounds their number is the host that holds those who wait, the device
// that holds those who compute, or the compute itself.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/units.h"

namespace assay::djinn {

struct DensityAssumptions {
  Bytes device;       ///< For states.
  Bytes host;         ///< For states; 0: nothing can be swapped out.
  Bytes session;      ///< State of one agent.
  Seconds active{0};  ///< A cycle's time on the device with all it needs, alone.
  Seconds idle{0};    ///< A cycle's wait for tools.
  /// Of the wait, how long the state is on the device all the same: the margin of a prefetch and
  /// its copy (proactive), the timeout and the copy (reactive), all of it (none).
  Seconds resident_idle{0};
  double batch = 1;  ///< Agents that compute at the same time without slowing one another.
};

enum class DensityLimit : std::uint8_t { kHost, kDevice, kCompute };
std::string_view to_text(DensityLimit limit);  ///< "host", "device", "compute"

struct DensityBound {
  std::int64_t by_host = 0;
  std::int64_t by_device = 0;
  std::int64_t by_compute = 0;
  std::int64_t agents = 0;  ///< The least of the three.
  DensityLimit limit = DensityLimit::kDevice;
};

/// Checked: sizes and times are not negative, a session has bytes, a cycle has an active part.
DensityBound density_bound(const DensityAssumptions& assumptions);

}  // namespace assay::djinn
