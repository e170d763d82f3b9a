// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/kernel_table.h"

#include <algorithm>
#include <array>

#include "engine/backends/cpu/attention_kernels.h"
#include "engine/backends/cpu/linear_kernels.h"
#include "engine/backends/cpu/picture_kernels.h"
#include "engine/backends/cpu/row_kernels.h"

namespace assay::cpu {
namespace {

constexpr std::array kCpuOps{
    CpuOp{"reshape", make_moved_reshape, accepts_any},
    CpuOp{"concat", make_concat, accepts_any},
    CpuOp{"cast", make_cast, accepts_any},
    CpuOp{"embedding", make_embedding},
    CpuOp{"take_rows", make_take_rows},
    CpuOp{"add", make_add, accepts_any},
    CpuOp{"multiply", make_multiply, accepts_any},
    CpuOp{"scale", make_scale, accepts_any},
    CpuOp{"activation", make_activation},
    CpuOp{"softmax", make_softmax, accepts_rows},
    CpuOp{"layer_norm", make_layer_norm, accepts_rows},
    CpuOp{"rms_norm", make_rms_norm, accepts_rows},
    CpuOp{"linear", make_linear, linear_accepts},
    CpuOp{"quantised_linear", make_quantised_linear, linear_accepts},
    CpuOp{"matmul", make_matmul, accepts_rows},
    CpuOp{"attention", make_attention, accepts_rows},
    CpuOp{"cached_attention", make_cached_attention, accepts_rows},
    CpuOp{"rotary", make_rotary, accepts_rows},
    CpuOp{"conv2d", make_conv2d, nullptr, conv2d_accepts_blocks},
    CpuOp{"max_pool2d", make_max_pool2d, nullptr, max_pool2d_accepts_blocks},
    CpuOp{"reduce", make_reduce, nullptr, reduce_accepts_blocks},
    CpuOp{"resize", make_resize},
    CpuOp{"normalise", make_normalise},
};

}  // namespace

const CpuOp* find_cpu_op(std::string_view op) {
  const auto found = std::ranges::find(kCpuOps, op, &CpuOp::op);
  return found == kCpuOps.end() ? nullptr : &*found;
}

}  // namespace assay::cpu
