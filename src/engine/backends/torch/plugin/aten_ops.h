// SPDX-License-Identifier: MIT
// Each of our ops as ATen calls, in the form that a user of LibTorch writes who knows its traps:
// a linear of one row is addmv (at::linear is 2-4 times slower there). Every function is pure, so
// that the same code runs eagerly and is traced to TorchScript.
#pragma once

#include <ATen/ATen.h>

#include <optional>
#include <span>
#include <string>

#include "engine/graph/types.h"

namespace assay::torch_backend {

at::ScalarType scalar_type_of(tensor::DType dtype);
std::vector<std::int64_t> sizes_of(const tensor::Dims& shape);

/// Operands that were left out are undefined tensors. States are changed in place.
struct AtenCall {
  const graph::Node& node;
  std::span<const at::Tensor> operands;
  const tensor::TensorType& result;

  const at::Tensor& operator[](std::size_t index) const { return operands[index]; }
  bool has(std::size_t index) const { return index < operands.size() && operands[index].defined(); }
};

/// Why LibTorch cannot calculate the node; nothing if it can.
std::optional<std::string> aten_lacks(const graph::Node& node);
/// Throws c10::Error where LibTorch does.
at::Tensor call_aten(const AtenCall& call);

}  // namespace assay::torch_backend
