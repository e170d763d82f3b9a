// SPDX-License-Identifier: MIT
// This machine's CPU: oneDNN, OpenBLAS and our own kernels, whichever measured faster for the
// shape; the reference kernels where none of them has the op.
#pragma once

#include "engine/backend/device.h"

namespace assay::cpu {

std::unique_ptr<backend::Device> make_cpu_device();

}  // namespace assay::cpu
