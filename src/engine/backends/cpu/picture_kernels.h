// SPDX-License-Identifier: MIT
// Ops over pictures: convolution, pool and mean by oneDNN, which keep channels in the library's own
// blocks from one to the next (a PrivateLayout); resizing and normalising by our own kernels.
#pragma once

#include "engine/backends/cpu/kernel_table.h"

namespace assay::cpu {

Result<KernelPointer> make_conv2d(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_max_pool2d(const backend::KernelRequest& request,
                                      const CpuContext& context);
/// The mean over height and width; other reductions are the reference's.
Result<KernelPointer> make_reduce(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_resize(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_normalise(const backend::KernelRequest& request,
                                     const CpuContext& context);
/// From blocks to a dense tensor.
Result<KernelPointer> make_picture_reorder(const backend::OperandSite& from);

/// Whether the op's kernel reads operand `index` in blocks.
bool conv2d_accepts_blocks(const backend::KernelRequest& request, int index);
bool max_pool2d_accepts_blocks(const backend::KernelRequest& request, int index);
bool reduce_accepts_blocks(const backend::KernelRequest& request, int index);

}  // namespace assay::cpu
