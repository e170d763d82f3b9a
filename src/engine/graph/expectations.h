// SPDX-License-Identifier: MIT
// What the ops ask of their operands and attributes, each question in one place, so that every op
// complains in the same words: `weight is f32 128x768; expected [n, 512], as x is f32 8x512`.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "engine/graph/op.h"

namespace assay::graph {

/// An operand under the name that its op gives it.
struct Operand {
  std::string_view name;
  const TensorType& type;

  int rank() const { return type.shape.rank(); }
  /// Negative axes count from the back.
  std::int64_t extent(int axis) const { return type.shape[axis < 0 ? axis + rank() : axis]; }
};

/// "x is f32 8x512"
std::string to_text(const Operand& operand);

/// `x is i32 8x512; expected ...`
Error unfit(const Operand& operand, std::string_view expected);
Result<void> expect_dtype(const Operand& operand, std::initializer_list<DType> allowed);
/// `layout` shows the axes: "[B, C, H, W]".
Result<void> expect_rank(const Operand& operand, int rank, std::string_view layout);
Result<void> expect_rank_at_least(const Operand& operand, int rank, std::string_view layout);
/// f32, and the layout's rank.
Result<void> expect_f32(const Operand& operand, int rank, std::string_view layout);
/// Exactly this type; `reason` says why: "as x is f32 8x512".
Result<void> expect_type(const Operand& operand, const TensorType& type, std::string_view reason);

/// One of a list of words; the error offers the nearest.
Result<void> expect_word(const Attributes& attributes, const std::string& name,
                         std::span<const std::string> words);
Result<void> expect_between(const Attributes& attributes, const std::string& name,
                            std::int64_t least, std::int64_t most);
/// Integers of a fixed length, each at least `least` and below 2^31, so that what is calculated
/// with them does not overflow.
Result<void> expect_integers(const Attributes& attributes, const std::string& name,
                             std::size_t length, std::int64_t least);
Result<void> expect_positive(const Attributes& attributes, const std::string& name);
/// An axis that may count from the back, as one that counts from the front.
Result<int> resolve_axis(std::int64_t axis, const Operand& operand, std::string_view attribute);

/// The type of a result: an error where its rank or its bytes are beyond what a tensor can have,
/// taking empty axes as 1, so that strides of whatever passes can be calculated.
Result<TensorType> result_type(DType dtype, std::span<const std::int64_t> extents);
Result<TensorType> result_type(DType dtype, const Dims& shape);

/// The words that `activation` and the ops that apply one understand, without "none".
std::span<const std::string> activation_words();
/// The same and "none".
std::span<const std::string> epilogue_words();

}  // namespace assay::graph
