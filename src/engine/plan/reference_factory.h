// SPDX-License-Identifier: MIT
// The reference kernels as a factory: obvious loops, fp64 sums, any strides, every op and type. It
// is the whole of the backend `reference`, and what other backends fall back to.
#pragma once

#include "engine/backend/kernel.h"

namespace assay::plan {

std::unique_ptr<backend::KernelFactory> make_reference_factory();

}  // namespace assay::plan
