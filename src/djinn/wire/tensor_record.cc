// SPDX-License-Identifier: MIT
#include "djinn/wire/tensor_record.h"

#include <array>
#include <tuple>
#include <utility>

#include "engine/tensor/shape.h"

namespace assay::djinn {
namespace {

constexpr std::array<std::byte, kPayloadAlignment> kZeros{};

Result<std::span<const std::byte>> bytes_of(const TensorRecord& record,
                                            std::span<const std::byte> payload) {
  ASSAY_TRY(const std::size_t size, dense_size(record.type));
  if (record.offset % kPayloadAlignment != 0) {
    return Error::user("offset {}; expected a multiple of {}", record.offset, kPayloadAlignment);
  }
  if (record.offset > payload.size() || size > payload.size() - record.offset) {
    return Error::user("{} at offset {} takes {} bytes; the payload has {}", to_text(record.type),
                       record.offset, size, payload.size());
  }
  return payload.subspan(static_cast<std::size_t>(record.offset), size);
}

}  // namespace

/// Strides are calculated with empty axes taken as 1, so such a shape has to be countable too.
Result<std::size_t> dense_size(const tensor::TensorType& type) {
  tensor::Dims extents = type.shape;
  for (int axis = 0; axis < extents.rank(); ++axis)
    extents[axis] = extents[axis] == 0 ? 1 : extents[axis];
  ASSAY_TRY(std::ignore, tensor::element_count(extents));
  const tensor::Dims strides = tensor::row_major_strides(type.shape);
  ASSAY_TRY(const Bytes size, tensor::storage_size(type.shape, strides, type.dtype));
  return static_cast<std::size_t>(size.count());
}

Result<tensor::ConstAnyView> view_of(const TensorRecord& record,
                                     std::span<const std::byte> payload) {
  ASSAY_TRY(const auto bytes, bytes_of(record, payload).context("in tensor {}", record.name));
  return tensor::dense_view(static_cast<const void*>(bytes.data()), record.type);
}

Result<std::vector<tensor::ConstAnyView>> views_of(std::span<const TensorRecord> records,
                                                   std::span<const std::byte> payload) {
  std::vector<tensor::ConstAnyView> views;
  views.reserve(records.size());
  std::size_t end = 0;
  for (const TensorRecord& record : records) {
    ASSAY_TRY(const auto bytes, bytes_of(record, payload).context("in tensor {}", record.name));
    if (!bytes.empty() && record.offset < end) {
      return Error::user("tensor {} at offset {} lies within the one before, which ends at {}",
                         record.name, record.offset, end);
    }
    if (!bytes.empty()) end = static_cast<std::size_t>(record.offset) + bytes.size();
    views.push_back(tensor::dense_view(static_cast<const void*>(bytes.data()), record.type));
  }
  return views;
}

TensorRecord TensorPacker::add(std::string name, const tensor::ConstAnyView& view) {
  ASSAY_CHECK(tensor::is_dense(view.type, view.strides), "tensors travel dense");
  const Result<std::size_t> size = dense_size(view.type);
  ASSAY_CHECK(size.has_value(), "what lies in memory has a size");
  TensorRecord record{.name = std::move(name), .type = view.type};
  if (*size == 0) return record;
  if (const std::size_t beyond = size_ % kPayloadAlignment; beyond > 0) {
    parts_.push_back(std::span(kZeros).first(kPayloadAlignment - beyond));
    size_ += kPayloadAlignment - beyond;
  }
  record.offset = size_;
  parts_.emplace_back(static_cast<const std::byte*>(view.data), *size);
  size_ += *size;
  return record;
}

}  // namespace assay::djinn
