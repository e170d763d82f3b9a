// SPDX-License-Identifier: MIT
#include "engine/tensor/host_tensor.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace assay::tensor {
namespace {

/// Bytes of a dense tensor. Refused where its strides, or its bytes rounded up, do not fit 64 bits,
/// were it empty or not.
Result<Bytes> dense_size(const TensorType& type) {
  ASSAY_TRY(const std::int64_t count, element_count(type.shape));
  std::int64_t reach = size_of(type.dtype);
  bool fits = true;
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    const std::int64_t extent = std::max<std::int64_t>(type.shape[axis], 1);
    fits = fits && !__builtin_mul_overflow(reach, extent, &reach);
  }
  constexpr std::int64_t kMax =
      std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(HostTensor::kAlignment);
  if (!fits || reach > kMax) {
    return Error::user("a tensor {} is larger than 64 bits can count", to_text(type));
  }
  return Bytes(count * size_of(type.dtype));
}

/// A page of 2 MiB takes the place of 512: a step of decoding reads every weight once, and misses
/// of the TLB took 3 to 6 % of it.
constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Null where there is none.
std::byte* allocate(std::size_t size) {
  if (size < kHugePage) {
    return static_cast<std::byte*>(std::aligned_alloc(HostTensor::kAlignment, size));
  }
  void* memory = nullptr;  // aligned_alloc wants sizes in whole pages.
  if (::posix_memalign(&memory, kHugePage, size) != 0) return nullptr;
  // Whole pages only, so that no memory is taken beyond what was asked for. Where the system has no
  // huge pages, small ones do.
  (void)::madvise(memory, size / kHugePage * kHugePage, MADV_HUGEPAGE);
  return static_cast<std::byte*>(memory);
}

}  // namespace

void HostTensor::Free::operator()(std::byte* memory) const {
  std::free(memory);
}

Result<HostTensor> HostTensor::create(const TensorType& type) {
  ASSAY_TRY(const Bytes size, dense_size(type));
  HostTensor tensor;
  tensor.type_ = type;
  tensor.bytes_ = size.count();
  const auto wanted =
      static_cast<std::size_t>(round_up(std::max<std::int64_t>(size.count(), 1), kAlignment));
  std::byte* memory = allocate(wanted);
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
