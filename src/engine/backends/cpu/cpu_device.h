// SPDX-License-Identifier: MIT
// This machine's CPU: oneDNN, OpenBLAS and our own kernels, whichever measured faster for the
// shape; the reference kernels where none of them has the op.
#pragma once

#include "engine/backend/device.h"
#include "engine/backend/winners.h"

namespace assay::cpu {

/// What max-autotune timed is kept in `winners`; without them, as long as the device lives.
std::unique_ptr<backend::Device> make_cpu_device(
    std::shared_ptr<backend::Winners> winners = nullptr);

}  // namespace assay::cpu
