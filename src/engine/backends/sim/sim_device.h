// SPDX-License-Identifier: MIT
// The backend `sim`: an accelerator on a virtual clock. What it answers is calculated by another
// device and is right; how long it takes is a model (timeline.h, costing.h) of the numbers of a
// profile. One thread feeds it.
//
// It does not look for races: a copy or a run is calculated when it is put on its stream, which is
// in an order that events allow, but never later.
#pragma once

#include <memory>

#include "engine/backend/device.h"
#include "engine/backends/sim/costing.h"
#include "engine/backends/sim/sim_profile.h"

namespace assay::sim {

/// `numerics` calculates. A profile with a rate that is not positive is a user error.
Result<std::unique_ptr<backend::Device>> make_sim_device(const SimProfile& profile,
                                                         std::unique_ptr<backend::Device> numerics,
                                                         CostModel costs);

}  // namespace assay::sim
