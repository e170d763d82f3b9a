// SPDX-License-Identifier: MIT
#include "engine/conformance/guarded_tensor.h"

#include <algorithm>

#include "core/hash.h"

namespace assay::conformance {
namespace {

constexpr std::size_t kZone = 256;  ///< Four of the widest vectors: a kernel's whole tile row.
constexpr std::byte kMark{0xFF};

}  // namespace

Result<GuardedTensor> GuardedTensor::create(const tensor::TensorType& type, Alignment alignment) {
  ASSAY_TRY(const Bytes size,
            tensor::storage_size(type.shape, tensor::row_major_strides(type.shape), type.dtype));
  GuardedTensor tensor;
  tensor.type_ = type;
  tensor.size_ = static_cast<std::size_t>(size.count());
  const auto element = static_cast<std::size_t>(tensor::size_of(type.dtype));
  tensor.first_ = kZone + (alignment == Alignment::kOdd ? element : 0);
  const auto total = static_cast<std::int64_t>(tensor.first_ + tensor.size_ + kZone);
  ASSAY_TRY(tensor.memory_, tensor::HostTensor::create({tensor::DType::kU8, {total}}));
  std::ranges::fill(tensor.memory_.bytes(), kMark);
  return tensor;
}

tensor::AnyView GuardedTensor::view() {
  return dense_view(memory_.bytes().data() + first_, type_);
}

tensor::ConstAnyView GuardedTensor::view() const {
  return dense_view(static_cast<const void*>(memory_.bytes().data() + first_), type_);
}

std::optional<std::string> GuardedTensor::damage() const {
  const auto bytes = memory_.bytes();
  const auto is_spoilt = [](std::byte byte) { return byte != kMark; };
  const auto before = std::ranges::count_if(bytes.first(first_), is_spoilt);
  const auto behind = std::ranges::count_if(bytes.subspan(first_ + size_), is_spoilt);
  if (before == 0 && behind == 0) return std::nullopt;
  return format("{} bytes before and {} bytes behind {} were written", before, behind,
                to_text(type_));
}

std::uint64_t GuardedTensor::hash() const {
  const auto bytes = memory_.bytes().subspan(first_, size_);
  return hash_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace assay::conformance
