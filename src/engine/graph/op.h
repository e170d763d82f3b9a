// SPDX-License-Identifier: MIT
// What an op is: its operands, its attributes, and one function that says what comes out and
// refuses what does not fit. Every op is one file pair in ops/ and one line in op_list.cc; what
// calculates it stands in the backends, under the same name. Every op has one result.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/graph/attributes.h"
#include "engine/tensor/any_view.h"

namespace assay::graph {

using tensor::Dims;
using tensor::DType;
using tensor::TensorType;

/// The types of a node's operands; one that is optional and was left out is absent.
class OperandTypes {
 public:
  explicit OperandTypes(std::span<const std::optional<TensorType>> types) : types_(types) {}
  int count() const { return static_cast<int>(types_.size()); }
  bool has(int index) const {
    return index < count() && types_[static_cast<std::size_t>(index)].has_value();
  }
  const TensorType& operator[](int index) const {
    ASSAY_CHECK(has(index), "only an operand that is there is asked for");
    return *types_[static_cast<std::size_t>(index)];
  }

 private:
  std::span<const std::optional<TensorType>> types_;
};

enum class OperandRole : std::uint8_t {
  kRequired,
  kOptional,
  kRepeated,  ///< Only the last: one or more of it.
  kState,     ///< A state of the graph that the op changes in place.
};

struct OperandDefinition {
  std::string_view name;
  OperandRole role = OperandRole::kRequired;
  std::string_view meaning = {};  ///< "[rows, k] f32"
};

struct AttributeDefinition {
  std::string_view name;
  std::optional<Attribute> by_default;  ///< None: it has to be given.
  Attribute kind;                       ///< Any value of the right kind.
  std::string_view meaning;
};

struct OpDefinition {
  std::string_view name;     ///< "linear"; never changes, because graphs are stored and hashed.
  std::string_view meaning;  ///< One sentence with the formula, for docs/ops.md.
  std::vector<OperandDefinition> operands;
  std::vector<AttributeDefinition> attributes;
  /// The type of the result; a user error that names what does not fit, both values and the place.
  /// Sizes are calculated checked: no operand, however hostile, overflows.
  Result<TensorType> (*infer_and_validate)(const OperandTypes& operands,
                                           const Attributes& attributes);
  /// Whether the result is only another view of operand 0, wherever its strides allow it.
  bool is_view = false;
};

/// Every op there is, by name.
std::span<const OpDefinition* const> op_list();
/// An error names the nearest op.
Result<const OpDefinition*> find_op(std::string_view name);

}  // namespace assay::graph
