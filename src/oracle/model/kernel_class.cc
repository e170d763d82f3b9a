// SPDX-License-Identifier: MIT
#include "oracle/model/kernel_class.h"

#include <algorithm>
#include <array>
#include <utility>

namespace assay::oracle {
namespace {

constexpr std::array<std::string_view, kKernelClassCount> kNames{
    "product", "convolution", "attention", "norm", "elementwise", "move"};

constexpr std::array<std::pair<std::string_view, KernelClass>, 15> kClasses{{
    {"linear", KernelClass::kProduct},
    {"quantised_linear", KernelClass::kProduct},
    {"matmul", KernelClass::kProduct},
    {"conv2d", KernelClass::kConvolution},
    {"attention", KernelClass::kAttention},
    {"cached_attention", KernelClass::kAttention},
    {"layer_norm", KernelClass::kNorm},
    {"rms_norm", KernelClass::kNorm},
    {"softmax", KernelClass::kNorm},
    {"row_scales", KernelClass::kNorm},
    {"copy", KernelClass::kMove},
    {"concat", KernelClass::kMove},
    {"cast", KernelClass::kMove},
    {"embedding", KernelClass::kMove},
    {"take_rows", KernelClass::kMove},
}};

}  // namespace

std::string_view to_text(KernelClass kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

KernelClass class_of_op(std::string_view op) {
  const auto* const found =
      std::ranges::find(kClasses, op, [](const auto& entry) { return entry.first; });
  return found == kClasses.end() ? KernelClass::kElementwise : found->second;
}

}  // namespace assay::oracle
