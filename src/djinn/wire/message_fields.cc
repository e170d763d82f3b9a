// SPDX-License-Identifier: MIT
#include "djinn/wire/message_fields.h"

namespace assay::djinn {
namespace {

constexpr auto kSizeMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

}  // namespace

void FieldWriter::write(std::string_view /*what*/, Nanoseconds value) const {
  ASSAY_CHECK_GE(value.count(), 0, "no time that travels is negative");
  to_->number(static_cast<std::uint64_t>(value.count()));
}

void FieldWriter::write(std::string_view /*what*/, tensor::DType value) const {
  to_->number(static_cast<std::uint64_t>(value));
}

void FieldWriter::write(std::string_view /*what*/, const tensor::Dims& value) const {
  to_->number(static_cast<std::uint64_t>(value.rank()));
  for (int axis = 0; axis < value.rank(); ++axis) {
    ASSAY_CHECK_GE(value[axis], 0, "no extent is negative");
    to_->number(static_cast<std::uint64_t>(value[axis]));
  }
}

void FieldReader::read(std::string_view what, Nanoseconds& value) const {
  value = Nanoseconds(static_cast<std::int64_t>(from_->number(what, kSizeMax)));
}

void FieldReader::read(std::string_view what, tensor::DType& value) const {
  static const std::uint64_t kLast = tensor::dtype_names().size() - 1;
  value = static_cast<tensor::DType>(from_->number(what, kLast));
}

void FieldReader::read(std::string_view what, tensor::Dims& value) const {
  const std::uint64_t rank = from_->number(what, tensor::Dims::kRankMax);
  for (std::uint64_t axis = 0; axis < rank; ++axis)
    value.append(static_cast<std::int64_t>(from_->number(what, kSizeMax)));
}

}  // namespace assay::djinn
