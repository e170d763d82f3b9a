// SPDX-License-Identifier: MIT
// Ops that go over elements or rows: movement, sums and products element by element, activations,
// softmax and norms. All are our own kernels. A maker returns null for types that they do not have.
#pragma once

#include "engine/backends/cpu/kernel_table.h"

namespace assay::cpu {

Result<KernelPointer> make_concat(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_cast(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_embedding(const backend::KernelRequest& request,
                                     const CpuContext& context);
Result<KernelPointer> make_take_rows(const backend::KernelRequest& request,
                                     const CpuContext& context);
Result<KernelPointer> make_add(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_multiply(const backend::KernelRequest& request,
                                    const CpuContext& context);
Result<KernelPointer> make_scale(const backend::KernelRequest& request, const CpuContext& context);
Result<KernelPointer> make_activation(const backend::KernelRequest& request,
                                      const CpuContext& context);
Result<KernelPointer> make_softmax(const backend::KernelRequest& request,
                                   const CpuContext& context);
Result<KernelPointer> make_layer_norm(const backend::KernelRequest& request,
                                      const CpuContext& context);
Result<KernelPointer> make_rms_norm(const backend::KernelRequest& request,
                                    const CpuContext& context);
KernelPointer make_copy_kernel(int threads);
/// A reshape that no strides can express: the elements in order.
Result<KernelPointer> make_moved_reshape(const backend::KernelRequest& request,
                                         const CpuContext& context);

bool accepts_any(const backend::OperandSite& operand, int index);
/// The elements of the last axis lie one after another.
bool accepts_rows(const backend::OperandSite& operand, int index);

}  // namespace assay::cpu
