// SPDX-License-Identifier: MIT
// linear and quantised_linear: by our own kernels over packed weights, in floats or in integers,
// or, in mode none, by OpenBLAS on the weights as they are, step by step as the graph says.
#pragma once

#include "engine/backends/cpu/kernel_table.h"

namespace assay::cpu {

Result<KernelPointer> make_linear(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_quantised_linear(const backend::KernelRequest& request,
                                            const CpuContext& context);
/// Rows one after another may lie apart: a slice of a wider row is read in place.
bool linear_accepts(const backend::OperandSite& operand, int index);

}  // namespace assay::cpu
