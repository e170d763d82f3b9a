// SPDX-License-Identifier: MIT
// One call of each class of kernel with operands of its own, for timing: what it does, over which
// axes, and the work.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace assay::probe {

struct KernelWork {
  double products = 0;  ///< 2 per multiply-add; 0 for what only moves bytes.
  double bytes = 0;     ///< Of distinct operands and results.
  std::function<void(std::int64_t passes)> work = {};  ///< Owns the operands.
};

struct KernelClass {
  std::string name;  ///< "gemm"
  std::vector<std::string> axes;
  bool is_compute = false;
  Result<KernelWork> (*make)(std::span<const std::int64_t> at, int threads);
  std::vector<std::vector<std::int64_t>> shapes;        ///< Rising in work.
  std::vector<std::vector<std::int64_t>> shapes_quick;  ///< Some of them.
};

/// gemm [m, n, k], attention [heads, queries, keys, head_width], norm, softmax and elementwise
/// [rows, width], copy [elements]; all in f32.
std::span<const KernelClass> kernel_classes();

}  // namespace assay::probe
