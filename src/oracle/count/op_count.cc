// SPDX-License-Identifier: MIT
#include "oracle/count/op_count.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/format.h"

namespace assay::oracle {
namespace {

using graph::Node;
using graph::NodeKind;
using tensor::TensorType;

double elements(const TensorType& type) {
  double count = 1;
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    count *= static_cast<double>(type.shape[axis]);
  }
  return count;
}

double bytes_of(const TensorType& type) {
  return elements(type) * static_cast<double>(tensor::size_of(type.dtype));
}

/// One node with the types around it, as the rules see it.
struct Counted {
  const Node& node;
  std::vector<std::optional<TensorType>> operands;
  const TensorType& result;
  const CountAssumptions& assumptions;

  bool has(std::size_t index) const { return index < operands.size() && operands[index]; }
  const TensorType& operand(std::size_t index) const { return *operands[index]; }
  double extent(std::size_t index, int axis) const {
    return static_cast<double>(operand(index).shape[axis]);
  }
  double results() const { return elements(result); }
};

double activation_flops(const std::string& kind) {
  if (kind == "none") return 0;
  if (kind == "relu" || kind == "tanh") return 1;
  if (kind == "sigmoid") return 3;  // 1 / (1 + exp(-x))
  if (kind == "silu") return 4;     // x / (1 + exp(-x))
  if (kind == "gelu") return 5;     // x / 2 (1 + erf(x / sqrt 2))
  return 9;                         // gelu_tanh: x / 2 (1 + tanh(c (x + d x^3)))
}

/// Pairs of a query and a key that it sees, over `queries` queries after `past` keys.
double causal_pairs(double queries, double past) {
  return queries * past + queries * (queries + 1) / 2;
}

double attention_pairs(const Counted& c) {
  const double queries = c.extent(0, 1);
  const double keys = c.extent(1, 1);
  if (c.node.attributes.integer("causal") == 0) return queries * keys;
  const double seen = std::min(queries, keys);
  return causal_pairs(seen, 0) + std::max(0.0, queries - keys) * keys;
}

/// Scores, softmax (scale, maximum, subtract, exponential, sum) and values, for `pairs` of every
/// head; then one division of each result.
OpCount attend(const Counted& c, double pairs) {
  const double heads = c.extent(0, 0) * c.extent(0, 2);
  OpCount count;
  count.products = 4 * heads * pairs * c.extent(0, 3);
  count.flops = count.products + 5 * heads * pairs + c.results();
  return count;
}

OpCount count_linear(const Counted& c, std::size_t bias) {
  OpCount count;
  count.products = 2 * c.results() * c.extent(1, 1);
  double each = activation_flops(c.node.attributes.text("activation"));
  each += c.has(bias) ? 1 : 0;
  each += c.has(bias + 1) ? 1 : 0;
  count.flops = count.products + each * c.results();
  return count;
}

OpCount per_result(const Counted& c, double flops) {
  return {.flops = flops * c.results()};
}

OpCount per_operand(const Counted& c, double flops) {
  return {.flops = flops * elements(c.operand(0))};
}

OpCount count_matmul(const Counted& c) {
  const TensorType& a = c.operand(0);
  const double k = static_cast<double>(a.shape[a.shape.rank() - 1]);
  return {.products = 2 * c.results() * k, .flops = 2 * c.results() * k};
}

OpCount count_conv2d(const Counted& c) {
  const double window = c.extent(1, 1) * c.extent(1, 2) * c.extent(1, 3);
  OpCount count;
  count.products = 2 * c.results() * window;
  double each = activation_flops(c.node.attributes.text("activation"));
  each += c.has(2) ? 1 : 0;
  each += c.has(3) ? 1 : 0;
  count.flops = count.products + each * c.results();
  return count;
}

OpCount count_cached_attention(const Counted& c) {
  return attend(c, causal_pairs(c.extent(0, 1), static_cast<double>(c.assumptions.past)));
}

OpCount count_quantised(const Counted& c) {
  OpCount count = count_linear(c, 3);
  const bool is_dynamic = c.node.attributes.text("mode") == "dynamic";
  // Scaling of each result; dynamic: the scale of each row (maximum), then round and divide.
  count.flops += c.results() + (is_dynamic ? 4 * elements(c.operand(0)) + c.results() : 0);
  return count;
}

OpCount count_pool(const Counted& c) {
  const auto& window = c.node.attributes.integers("window");
  return per_result(c, static_cast<double>(window[0] * window[1]));
}

OpCount count_resize(const Counted& c) {
  // Two passes of a triangle filter; its support widens by the factor that the picture shrinks.
  const auto taps = [&](int axis) {
    const double shrink = c.extent(0, axis) / static_cast<double>(c.result.shape[axis]);
    return c.node.attributes.integer("antialias") != 0 ? 2 * std::max(1.0, shrink) : 2.0;
  };
  const double rows_kept = c.extent(0, 1) / static_cast<double>(c.result.shape[1]);
  return {.flops = 2 * c.results() * (taps(1) + rows_kept * taps(2))};
}

struct Rule {
  std::string_view op;
  OpCount (*count)(const Counted&);
};

constexpr std::array kRules{
    Rule{"concat", [](const Counted&) { return OpCount(); }},
    Rule{"cast", [](const Counted&) { return OpCount(); }},
    Rule{"embedding", [](const Counted&) { return OpCount(); }},
    Rule{"take_rows", [](const Counted&) { return OpCount(); }},
    Rule{"add", [](const Counted& c) { return per_result(c, 1); }},
    Rule{"multiply", [](const Counted& c) { return per_result(c, 1); }},
    Rule{"scale", [](const Counted& c) { return per_result(c, 1); }},
    Rule{"activation",
         [](const Counted& c) {
           return per_result(c, activation_flops(c.node.attributes.text("kind")));
         }},
    // Maximum, subtract, exponential, sum, divide.
    Rule{"softmax", [](const Counted& c) { return per_result(c, 5); }},
    // Sum, subtract, square and sum (2), scale, weight, and bias where there is one.
    Rule{"layer_norm", [](const Counted& c) { return per_result(c, c.has(2) ? 7 : 6); }},
    // Square and sum (2), scale, weight.
    Rule{"rms_norm", [](const Counted& c) { return per_result(c, 4); }},
    Rule{"batch_norm", [](const Counted& c) { return per_result(c, 4); }},
    Rule{"reduce", [](const Counted& c) { return per_operand(c, 1); }},
    Rule{"matmul", count_matmul},
    Rule{"linear", [](const Counted& c) { return count_linear(c, 2); }},
    Rule{"quantised_linear", count_quantised},
    Rule{"row_scales", [](const Counted& c) { return per_operand(c, 2); }},
    Rule{"quantise_rows", [](const Counted& c) { return per_result(c, 2); }},
    Rule{"conv2d", count_conv2d},
    Rule{"attention", [](const Counted& c) { return attend(c, attention_pairs(c)); }},
    Rule{"cached_attention", count_cached_attention},
    // 4 multiplies and 2 adds a pair; the angle, its sine and its cosine.
    Rule{"rotary", [](const Counted& c) { return per_result(c, 3 + 1.5); }},
    Rule{"max_pool2d", count_pool},
    Rule{"resize", count_resize},
    // Factor, subtract, divide.
    Rule{"normalise", [](const Counted& c) { return per_result(c, 3); }},
};

/// What an operand is read for: an embedding's table only where it is asked.
double read_of(const Counted& c, std::size_t index) {
  const std::string_view op = c.node.op->name;
  if (op == "embedding" && index == 0) {
    return c.results() * static_cast<double>(tensor::size_of(c.operand(0).dtype));
  }
  if (op == "take_rows" && index == 0) return bytes_of(c.result);
  if (op == "cached_attention" && index >= 5) {  // The states: what is there, and what is added.
    const double row = c.extent(index, 1) * c.extent(index, 3);
    return c.extent(index, 0) * row * static_cast<double>(c.assumptions.past) *
           static_cast<double>(tensor::size_of(c.operand(index).dtype));
  }
  return bytes_of(c.operand(index));
}

void count_bytes(const graph::Graph& graph, const Counted& c, OpCount& count) {
  std::set<graph::NodeId> seen;
  for (std::size_t i = 0; i < c.node.operands.size(); ++i) {
    const graph::NodeId operand = c.node.operands[i];
    if (operand == graph::kAbsent || !seen.insert(operand).second) continue;
    const bool is_weight = graph.node(operand).kind == NodeKind::kWeight;
    (is_weight ? count.weight_bytes : count.read_bytes) += read_of(c, i);
  }
  count.written_bytes = bytes_of(c.result);
  if (c.node.op->name == "cached_attention") {  // New keys and values go into the states.
    count.written_bytes += bytes_of(c.operand(1)) + bytes_of(c.operand(2));
  }
  count.width = c.results();
}

}  // namespace

bool has_count_rule(std::string_view op) {
  return std::ranges::find(kRules, op, &Rule::op) != kRules.end();
}

CountedOp count_op(const graph::Graph& graph, graph::NodeId id, const graph::NodeTypes& types,
                   const CountAssumptions& assumptions) {
  const Node& node = graph.node(id);
  if (node.kind != NodeKind::kOp || node.op->is_view) return {};
  const auto rule = std::ranges::find(kRules, node.op->name, &Rule::op);
  if (rule == kRules.end()) {
    return {.count = {}, .unsupported = format("no rule counts {}", node.op->name)};
  }
  const Counted counted{node, operand_types(node, types), types[index_of(id)], assumptions};
  CountedOp result{.count = rule->count(counted), .unsupported = {}};
  count_bytes(graph, counted, result.count);
  return result;
}

}  // namespace assay::oracle
