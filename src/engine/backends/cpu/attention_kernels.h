// SPDX-License-Identifier: MIT
// Products of activations: matmul by OpenBLAS, attention by our own kernels, rotation of heads.
#pragma once

#include "engine/backends/cpu/kernel_table.h"

namespace assay::cpu {

Result<KernelPointer> make_matmul(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_attention(const backend::KernelRequest& request,
                                     const CpuContext& context);
Result<KernelPointer> make_cached_attention(const backend::KernelRequest& request,
                                            const CpuContext& context);
Result<KernelPointer> make_rotary(const backend::KernelRequest& request, const CpuContext& context);

}  // namespace assay::cpu
