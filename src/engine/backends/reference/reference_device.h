// SPDX-License-Identifier: MIT
// The backend `reference`: obvious loops with fp64 sums, one thread, every op and type. Slow, and
// the judge of all others.
#pragma once

#include "engine/backend/device.h"

namespace assay::reference {

std::unique_ptr<backend::Device> make_reference_device();

}  // namespace assay::reference
