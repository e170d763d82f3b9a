// SPDX-License-Identifier: MIT
#include "engine/tensor/host_tensor.h"

#include <cstdlib>
#include <cstring>

namespace assay::tensor {

void HostTensor::Free::operator()(std::byte* memory) const {
  std::free(memory);
}

Result<HostTensor> HostTensor::create(const TensorType& type) {
  ASSAY_TRY(const Bytes size, storage_size(type.shape, row_major_strides(type.shape), type.dtype));
  HostTensor tensor;
  tensor.type_ = type;
  tensor.bytes_ = size.count();
  const auto wanted =
      static_cast<std::size_t>(round_up(std::max<std::int64_t>(size.count(), 1), kAlignment));
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, wanted));
  if (memory == nullptr) {
    return Error::environment("out of memory: a tensor {} needs {}", to_text(type), to_text(size));
  }
  std::memset(memory, 0, wanted);
  tensor.memory_.reset(memory);
  return tensor;
}

Result<HostTensor> HostTensor::copy_of(const ConstAnyView& view) {
  ASSAY_TRY(HostTensor tensor, create(view.type));
  if (is_dense(view.type, view.strides)) {
    if (tensor.bytes_ > 0) {
      std::memcpy(tensor.memory_.get(), view.data, static_cast<std::size_t>(tensor.bytes_));
    }
    return tensor;
  }
  const std::int64_t count = tensor.bytes_ / size_of(view.type.dtype);
  for (std::int64_t i = 0; i < count; ++i) {
    store_element(tensor.view(), i, load_element(view, i));
  }
  return tensor;
}

}  // namespace assay::tensor
