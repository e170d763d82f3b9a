// SPDX-License-Identifier: MIT
#include "djinn/schedule/density.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace assay::djinn {
namespace {

std::int64_t whole(double agents) {
  // Beyond it the bound says nothing: no server has a trillion agents.
  return static_cast<std::int64_t>(std::floor(std::min(agents, 1e12)));
}

}  // namespace

std::string_view to_text(DensityLimit limit) {
  switch (limit) {
    case DensityLimit::kHost:
      return "host";
    case DensityLimit::kDevice:
      return "device";
    case DensityLimit::kCompute:
      return "compute";
  }
  return "?";  // Not reached: -Wswitch keeps the list complete.
}

DensityBound density_bound(const DensityAssumptions& assumptions) {
  const double active = assumptions.active.count();
  const double idle = assumptions.idle.count();
  const double resident_idle = assumptions.resident_idle.count();
  ASSAY_CHECK_GT(assumptions.session.count(), 0, "an agent has a state");
  ASSAY_CHECK(assumptions.device.count() >= 0 && assumptions.host.count() >= 0,
              "memory has a size");
  ASSAY_CHECK(active > 0 && idle >= 0 && resident_idle >= 0 && assumptions.batch > 0,
              "a cycle has its times");
  const double slots = static_cast<double>(assumptions.device.count()) /
                       static_cast<double>(assumptions.session.count());
  const double places =
      static_cast<double>(std::max(assumptions.device, assumptions.host).count()) /
      static_cast<double>(assumptions.session.count());
  const bool can_leave = assumptions.host.count() > 0;
  // Of a cycle an agent is on the device for this share, so a slot serves so many of them.
  const double cycle = active + idle;
  const double resident = can_leave ? std::min(active + resident_idle, cycle) : cycle;
  DensityBound bound{.by_host = whole(places),
                     .by_device = whole(std::floor(slots) * cycle / resident),
                     .by_compute = whole(assumptions.batch * cycle / active)};
  bound.agents = bound.by_device;
  if (bound.by_host < bound.agents) {
    bound.agents = bound.by_host;
    bound.limit = DensityLimit::kHost;
  }
  if (bound.by_compute < bound.agents) {
    bound.agents = bound.by_compute;
    bound.limit = DensityLimit::kCompute;
  }
  return bound;
}

}  // namespace assay::djinn
