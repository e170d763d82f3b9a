// SPDX-License-Identifier: MIT
#include "engine/graph/expectations.h"

#include <algorithm>
#include <limits>

#include "core/nearest.h"

namespace assay::graph {
namespace {

constexpr std::int64_t kIntegerMax = std::numeric_limits<std::int32_t>::max();

std::string type_text(const TensorType& type) {
  if (type.shape.rank() == 0) return format("a single {}", to_text(type.dtype));
  return to_text(type);
}

std::string alternatives(std::initializer_list<DType> dtypes) {
  std::string text;
  std::size_t index = 0;
  for (const DType dtype : dtypes) {
    if (index > 0) text += index + 1 == dtypes.size() ? " or " : ", ";
    text += to_text(dtype);
    ++index;
  }
  return text;
}

}  // namespace

std::string to_text(const Operand& operand) {
  return format("{} is {}", operand.name, type_text(operand.type));
}

Error unfit(const Operand& operand, std::string_view expected) {
  return Error::user("{}; expected {}", to_text(operand), expected);
}

Result<void> expect_dtype(const Operand& operand, std::initializer_list<DType> allowed) {
  if (std::ranges::find(allowed, operand.type.dtype) != allowed.end()) return {};
  return unfit(operand, alternatives(allowed));
}

Result<void> expect_rank(const Operand& operand, int rank, std::string_view layout) {
  if (operand.rank() == rank) return {};
  return unfit(operand, layout);
}

Result<void> expect_rank_at_least(const Operand& operand, int rank, std::string_view layout) {
  if (operand.rank() >= rank) return {};
  return unfit(operand, layout);
}

Result<void> expect_f32(const Operand& operand, int rank, std::string_view layout) {
  ASSAY_TRY_VOID(expect_dtype(operand, {DType::kF32}));
  return expect_rank(operand, rank, layout);
}

Result<void> expect_type(const Operand& operand, const TensorType& type, std::string_view reason) {
  if (operand.type == type) return {};
  return unfit(operand, format("{}, {}", type_text(type), reason));
}

Result<void> expect_word(const Attributes& attributes, const std::string& name,
                         std::span<const std::string> words) {
  const std::string& word = attributes.text(name);
  if (std::ranges::find(words, word) != words.end()) return {};
  return Error::user("{}", unknown_name(name, word, words));
}

Result<void> expect_between(const Attributes& attributes, const std::string& name,
                            std::int64_t least, std::int64_t most) {
  const std::int64_t value = attributes.integer(name);
  if (value >= least && value <= most) return {};
  return Error::user("{} is {}; expected {} to {}", name, value, least, most);
}

Result<void> expect_integers(const Attributes& attributes, const std::string& name,
                             std::size_t length, std::int64_t least) {
  const Integers& values = attributes.integers(name);
  const bool in_range = std::ranges::all_of(
      values, [&](std::int64_t value) { return value >= least && value <= kIntegerMax; });
  if (values.size() == length && in_range) return {};
  return Error::user("{} is {}; expected {} integers, each {} to {}", name, to_text(values), length,
                     least, kIntegerMax);
}

Result<void> expect_positive(const Attributes& attributes, const std::string& name) {
  const double value = attributes.number(name);
  if (value > 0) return {};
  return Error::user("{} is {}; expected a positive number", name, value);
}

Result<int> resolve_axis(std::int64_t axis, const Operand& operand, std::string_view attribute) {
  const int rank = operand.rank();
  if (rank == 0) return unfit(operand, format("at least one axis, as {} is {}", attribute, axis));
  if (axis >= -rank && axis < rank) return static_cast<int>(axis < 0 ? axis + rank : axis);
  return Error::user("{} is {}; expected {} to {}, as {}", attribute, axis, -rank, rank - 1,
                     to_text(operand));
}

Result<TensorType> result_type(DType dtype, std::span<const std::int64_t> extents) {
  if (extents.size() > static_cast<std::size_t>(Dims::kRankMax)) {
    return Error::user("the result would have {} axes; a tensor has at most {}", extents.size(),
                       Dims::kRankMax);
  }
  Dims shape;
  for (const std::int64_t extent : extents)
    shape.append(extent);
  return result_type(dtype, shape);
}

Result<TensorType> result_type(DType dtype, const Dims& shape) {
  std::int64_t bytes = tensor::size_of(dtype);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] < 0) return Error::user("negative extent in {}", to_text(shape));
    if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(shape[axis], 1), &bytes)) {
      return Error::user("{} {} needs more bytes than 64 bits can count", to_text(dtype),
                         to_text(shape));
    }
  }
  return TensorType{dtype, shape};
}

std::span<const std::string> activation_words() {
  return epilogue_words().subspan(1);
}

std::span<const std::string> epilogue_words() {
  static const std::vector<std::string> words{"none", "relu", "gelu",   "gelu_tanh",
                                              "silu", "tanh", "sigmoid"};
  return words;
}

}  // namespace assay::graph
