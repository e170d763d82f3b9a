// SPDX-License-Identifier: MIT
// Identities that nobody can guess: epochs and capabilities, drawn from the system's generator.
#pragma once

#include "core/result.h"
#include "djinn/wire/identity.h"

namespace assay::djinn {

/// Never all zeros. An environment error where the system has no randomness.
Result<Epoch> draw_epoch();
Result<Capability> draw_capability();

}  // namespace assay::djinn
