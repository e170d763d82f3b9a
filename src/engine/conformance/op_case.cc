// SPDX-License-Identifier: MIT
#include "engine/conformance/op_case.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/format.h"

namespace assay::conformance {
namespace {

using graph::Extent;
using graph::Graph;
using graph::NodeId;
using graph::NodeKind;
using tensor::Dims;
using tensor::TensorType;

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    if (end != 0 || separator != " ") parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

double number_of(const std::string& word) {
  char* end = nullptr;
  const double number = std::strtod(word.c_str(), &end);  // Knows nan and inf.
  ASSAY_CHECK(end == word.c_str() + word.size() && !word.empty(), "a value is a number");
  return number;
}

struct OperandText {
  NodeKind kind = NodeKind::kInput;
  TensorType type;
  ValueRule rule;
};

OperandText operand_of_text(std::string_view text) {
  OperandText operand;
  const std::vector<std::string> words = split(text, " ");
  std::size_t at = 0;
  if (words.at(at) == "weight" || words.at(at) == "state") {
    operand.kind = words[at++] == "weight" ? NodeKind::kWeight : NodeKind::kState;
  }
  const auto dtype = tensor::parse_dtype(words.at(at++));
  ASSAY_CHECK(dtype.has_value(), "an operand begins with its dtype");
  operand.type.dtype = *dtype;
  if (at < words.size() && words[at] != "in" && words[at] != "=") {
    for (const std::string& extent : split(words[at++], "x"))
      operand.type.shape.append(static_cast<std::int64_t>(number_of(extent)));
  }
  if (at < words.size() && words[at] == "in") {
    const std::vector<std::string> bounds = split(words.at(at + 1), "..");
    operand.rule.low = number_of(bounds.at(0));
    operand.rule.high = number_of(bounds.at(1));
    at += 2;
  }
  if (at < words.size() && words[at] == "=") {
    operand.rule.listed.emplace_back();
    for (++at; at < words.size(); ++at) {
      if (words[at] == "/") {
        operand.rule.listed.emplace_back();
      } else {
        operand.rule.listed.back().push_back(number_of(words[at]));
      }
    }
  }
  ASSAY_CHECK_EQ(at, words.size(), "an operand's text is read to its end");
  return operand;
}

/// A leaf of the graph, and the view of it that has the operand's type.
class Wardrobe {
 public:
  Wardrobe(ModelCase& model, Dress dress) : model_(model), dress_(dress) {}

  NodeId put_on(const OperandText& operand, std::size_t index) {
    if (operand.kind == NodeKind::kState) return leaf(operand, index, operand.type.shape);
    if (dress_ == Dress::kPlain || operand.type.shape.rank() == 0) {
      return leaf(operand, index, operand.type.shape);
    }
    return dress_ == Dress::kSliced ? sliced(operand, index) : turned(operand, index);
  }

  NodeId turned_result(NodeId result, int rank) {
    return model_.graph.op("permute", {result}, {{"axes", axes_turned(rank)}});
  }

 private:
  static graph::Integers axes_turned(int rank) {
    graph::Integers axes;
    for (int axis = 0; axis < rank; ++axis)
      axes.push_back(axis);
    std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
    return axes;
  }

  NodeId leaf(const OperandText& operand, std::size_t index, const Dims& shape) {
    const std::string name = format("operand {}", index);
    model_.values[name] = operand.rule;
    if (operand.kind == NodeKind::kWeight) {
      return model_.graph.weight(name, {operand.type.dtype, shape});
    }
    std::vector<Extent> extents;
    for (int axis = 0; axis < shape.rank(); ++axis)
      extents.emplace_back(shape[axis]);
    return operand.kind == NodeKind::kInput
               ? model_.graph.input(name, operand.type.dtype, std::move(extents))
               : model_.graph.state(name, operand.type.dtype, std::move(extents));
  }

  NodeId sliced(const OperandText& operand, std::size_t index) {
    constexpr std::int64_t kBefore = 3;
    constexpr std::int64_t kBehind = 2;
    Dims longer = operand.type.shape;
    const std::int64_t count = longer[longer.rank() - 1];
    longer[longer.rank() - 1] += kBefore + kBehind;
    if (!operand.rule.listed.empty()) return listed_slice(operand, index, kBefore, kBehind);
    return model_.graph.op("slice", {leaf(operand, index, longer)},
                           {{"axis", -1}, {"first", kBefore}, {"count", count}});
  }

  /// Listed values keep their places: a row of listed operands is the whole tensor.
  NodeId listed_slice(const OperandText& operand, std::size_t index, std::int64_t before,
                      std::int64_t behind) {
    if (operand.type.shape.rank() != 1) return leaf(operand, index, operand.type.shape);
    OperandText longer = operand;
    const std::int64_t count = operand.type.shape[0];
    longer.type.shape[0] += before + behind;
    for (auto& list : longer.rule.listed) {
      std::vector<double> placed(static_cast<std::size_t>(count + before + behind), 0.0);
      for (std::int64_t i = 0; i < count; ++i) {
        placed[static_cast<std::size_t>(before + i)] =
            list[static_cast<std::size_t>(i) % list.size()];
      }
      list = placed;
    }
    return model_.graph.op("slice", {leaf(longer, index, longer.type.shape)},
                           {{"axis", 0}, {"first", before}, {"count", count}});
  }

  NodeId turned(const OperandText& operand, std::size_t index) {
    if (!operand.rule.listed.empty()) return leaf(operand, index, operand.type.shape);
    Dims other = operand.type.shape;
    if (other.rank() >= 2) {
      std::swap(other[other.rank() - 1], other[other.rank() - 2]);
      return model_.graph.op("permute", {leaf(operand, index, other)},
                             {{"axes", axes_turned(other.rank())}});
    }
    const std::int64_t count = other[0];
    other.append(2);
    const NodeId pairs = leaf(operand, index, other);
    const NodeId second =
        model_.graph.op("slice", {pairs}, {{"axis", 1}, {"first", 1}, {"count", 1}});
    return model_.graph.op("reshape", {second}, {{"shape", graph::Integers{count}}});
  }

  ModelCase& model_;
  Dress dress_;
};

}  // namespace

std::string_view to_text(Dress dress) {
  constexpr std::array<std::string_view, 3> kNames{"plain", "sliced", "turned"};
  return kNames[static_cast<std::size_t>(dress)];
}

ModelCase make_model(const OpCase& op_case, Dress dress) {
  ModelCase model;
  model.name = format("{}({}", op_case.op, op_case.operands);
  for (const auto& [name, value] : op_case.attributes.entries())
    model.name += format("; {} = {}", name, graph::to_text(value));
  model.name += format(") {}", to_text(dress));
  model.agreement = {.products = op_case.products, .slack = op_case.slack};
  model.failure = op_case.failure;
  Wardrobe wardrobe(model, dress);
  std::vector<NodeId> operands;
  for (const std::string& text : split(op_case.operands, ", ")) {
    operands.push_back(text == "-" ? graph::kAbsent
                                   : wardrobe.put_on(operand_of_text(text), operands.size()));
  }
  const NodeId result = model.graph.op(op_case.op, operands, op_case.attributes, op_case.op);
  const auto types = graph::infer_types(model.graph, {});
  ASSAY_CHECK(types.has_value(), "an op of the table fits its operands: " + model.name + ": " +
                                     (types ? "" : types.error().to_string()));
  const int rank = (*types)[index_of(result)].shape.rank();
  const bool is_turned = dress == Dress::kTurned && rank >= 2;
  model.graph.output("result", is_turned ? wardrobe.turned_result(result, rank) : result);
  if (is_turned) model.graph.output("result as it is", result);
  return model;
}

}  // namespace assay::conformance
