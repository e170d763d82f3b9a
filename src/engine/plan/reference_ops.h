// SPDX-License-Identifier: MIT
// The table from ops to reference kernels, in two parts so that neither file is long. To add an op:
// one line in the part it belongs to.
#pragma once

#include <span>
#include <string_view>

#include "engine/backend/kernel.h"

namespace assay::plan {

struct ReferenceOp {
  std::string_view op;
  Result<void> (*run)(const backend::KernelCall& call, const graph::Attributes& attributes);
};

/// Attention, convolution, pictures.
std::span<const ReferenceOp> reference_layers();

}  // namespace assay::plan
