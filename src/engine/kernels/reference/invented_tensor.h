// SPDX-License-Identifier: MIT
// For the tests of the reference kernels: tensors written as lists of numbers, and read back so.
//
//   const HostTensor x = tensor_of({DType::kF32, {2, 2}}, {1, 2, 3, 4});
//   values_of(result_of({DType::kF32, {2}}, [&](AnyView y) { reduce_reference(x.view(), ..., y);
//   }))
#pragma once

#include <cstring>
#include <utility>
#include <vector>

#include "engine/kernels/reference/elements.h"
#include "engine/tensor/host_tensor.h"

namespace assay::kernels {

using tensor::DType;
using tensor::HostTensor;
using tensor::TensorType;

inline HostTensor tensor_of(const TensorType& type, const std::vector<double>& values) {
  Result<HostTensor> tensor = HostTensor::create(type);
  store_elements(tensor->view(), values);
  return std::move(*tensor);
}

inline std::vector<double> values_of(const HostTensor& tensor) {
  return load_elements(tensor.view());
}

/// What `calculate` leaves in a tensor that was full of ones: bits, in every dtype.
template <class Calculate>
std::vector<double> result_of(const TensorType& type, const Calculate& calculate) {
  Result<HostTensor> y = HostTensor::create(type);
  if (!y->bytes().empty()) std::memset(y->bytes().data(), 0x3f, y->bytes().size());
  calculate(y->view());
  return values_of(*y);
}

/// Elements count up from `first` by `step`, over ten values again and again, so that sums stay
/// small.
inline HostTensor counting_tensor(const TensorType& type, double first, double step) {
  std::vector<double> values(static_cast<std::size_t>(count_of(type)));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = first + step * static_cast<double>(i * 7 % 10);
  return tensor_of(type, values);
}

}  // namespace assay::kernels
