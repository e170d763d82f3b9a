// SPDX-License-Identifier: MIT
#include "engine/conformance/pattern_table.h"

#include <cmath>

#include "core/format.h"

namespace assay::conformance {
namespace {

using graph::Graph;
using graph::Integers;
using graph::kAbsent;
using graph::NodeId;
using tensor::DType;

NodeId linear(Graph& graph, const std::string& name, NodeId x, std::int64_t k, std::int64_t n,
              bool has_bias = true) {
  const NodeId weight = graph.weight(name + ".weight", {DType::kF32, {n, k}});
  if (!has_bias) return graph.op("linear", {x, weight}, {}, name);
  return graph.op("linear", {x, weight, graph.weight(name + ".bias", {DType::kF32, {n}})}, {},
                  name);
}

NodeId norm(Graph& graph, const std::string& name, NodeId x, std::int64_t size) {
  return graph.op("layer_norm",
                  {x, graph.weight(name + ".weight", {DType::kF32, {size}}),
                   graph.weight(name + ".bias", {DType::kF32, {size}})},
                  {{"epsilon", 1e-5}}, name);
}

struct Heads {
  std::int64_t tokens = 7;
  std::int64_t heads = 2;
  std::int64_t dim = 8;
  std::int64_t width() const { return heads * dim; }
};

NodeId split_heads(Graph& graph, NodeId x, const Heads& heads) {
  const NodeId split =
      graph.op("reshape", {x}, {{"shape", Integers{0, 0, heads.heads, heads.dim}}});
  return graph.op("permute", {split}, {{"axes", Integers{0, 2, 1, 3}}});
}

/// As a builder of transformers writes it.
NodeId attention(Graph& graph, NodeId x, const Heads& heads, bool has_bias) {
  const std::int64_t width = heads.width();
  const NodeId q = split_heads(graph, linear(graph, "q", x, width, width, has_bias), heads);
  const NodeId k = split_heads(graph, linear(graph, "k", x, width, width, has_bias), heads);
  const NodeId v = split_heads(graph, linear(graph, "v", x, width, width, has_bias), heads);
  const NodeId scores = graph.op("matmul", {q, k}, {{"transpose_b", 1}});
  const double factor = 1 / std::sqrt(static_cast<double>(heads.dim));
  const NodeId shares = graph.op("softmax", {graph.op("scale", {scores}, {{"factor", factor}})});
  const NodeId mixed = graph.op("matmul", {shares, v});
  const NodeId merged = graph.op("permute", {mixed}, {{"axes", Integers{0, 2, 1, 3}}});
  return graph.op("reshape", {merged}, {{"shape", Integers{0, 0, width}}});
}

ModelCase transformer_block(bool has_bias, bool norm_first) {
  const Heads heads;
  ModelCase model;
  model.name = format("transformer block{}{}", has_bias ? ", biases" : "",
                      norm_first ? ", norm first" : ", norm last");
  Graph& graph = model.graph;
  const std::int64_t width = heads.width();
  const NodeId x = graph.input("x", DType::kF32, {2, heads.tokens, width});
  const NodeId seen = norm_first ? norm(graph, "norm1", x, width) : x;
  const NodeId mixed = linear(graph, "out", attention(graph, seen, heads, has_bias), width, width);
  NodeId sum = graph.op("add", {mixed, x});
  if (!norm_first) sum = norm(graph, "norm1", sum, width);
  const NodeId before = norm_first ? norm(graph, "norm2", sum, width) : sum;
  const NodeId up = linear(graph, "up", before, width, 3 * width, has_bias);
  const NodeId bent = graph.op("activation", {up}, {{"kind", "gelu"}});
  const NodeId last = graph.op("add", {sum, linear(graph, "down", bent, 3 * width, width)});
  graph.output("y", norm_first ? last : norm(graph, "norm2", last, width));
  // Sums of 16, 7 and 48 products one behind the other, softmax and norms in between.
  model.agreement = {.products = 4096};
  return model;
}

ModelCase gated_feed_forward() {
  ModelCase model;
  model.name = "gated feed-forward behind rms_norm";
  Graph& graph = model.graph;
  const NodeId x = graph.input("x", DType::kF32, {1, 3, 12});
  const NodeId weight = graph.weight("norm.weight", {DType::kF32, {12}});
  const NodeId seen = graph.op("rms_norm", {x, weight}, {{"epsilon", 1e-6}});
  const NodeId gate =
      graph.op("activation", {linear(graph, "gate", seen, 12, 20, false)}, {{"kind", "silu"}});
  const NodeId product = graph.op("multiply", {gate, linear(graph, "up", seen, 12, 20, false)});
  graph.output("y", graph.op("add", {x, linear(graph, "down", product, 20, 12, false)}));
  model.agreement = {.products = 1024};
  return model;
}

NodeId conv(ModelCase& model, const std::string& name, NodeId x, const Integers& sizes) {
  Graph& graph = model.graph;
  const NodeId weight =
      graph.weight(name + ".weight", {DType::kF32, {sizes[1], sizes[0], sizes[2], sizes[2]}});
  const NodeId product =
      graph.op("conv2d", {x, weight}, {{"padding", Integers{sizes[2] / 2, sizes[2] / 2}}}, name);
  std::vector<NodeId> operands{product};
  for (const char* part : {"mean", "variance", "weight", "bias"}) {
    const std::string full = format("{}.norm.{}", name, part);
    operands.push_back(graph.weight(full, {DType::kF32, {sizes[1]}}));
    if (std::string_view(part) == "variance") model.values[full] = {.low = 0.5, .high = 1.5};
  }
  return graph.op("batch_norm", operands, {{"epsilon", 1e-5}});
}

ModelCase residual_block() {
  ModelCase model;
  model.name = "residual block";
  Graph& graph = model.graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 4, 9, 7});
  const NodeId first =
      graph.op("activation", {conv(model, "conv1", x, {4, 4, 3})}, {{"kind", "relu"}});
  const NodeId sum = graph.op("add", {conv(model, "conv2", first, {4, 4, 3}), x});
  const NodeId last = graph.op("activation", {sum}, {{"kind", "relu"}});
  const NodeId wide =
      graph.op("activation", {conv(model, "conv3", last, {4, 16, 1})}, {{"kind", "relu"}});
  const NodeId pooled = graph.op("reduce", {wide}, {{"kind", "mean"}, {"axes", Integers{2, 3}}});
  graph.output("y", linear(graph, "head", pooled, 16, 5));
  model.agreement = {.products = 1024};
  return model;
}

/// What a pass may not fold: a product with two uses, one that is an output, an activation behind
/// the sum, a residual that is broadcast, weights that are not constant.
ModelCase unfoldable() {
  ModelCase model;
  model.name = "what may not be folded";
  Graph& graph = model.graph;
  const NodeId x = graph.input("x", DType::kF32, {5, 6});
  const NodeId twice = linear(graph, "twice", x, 6, 6);
  const NodeId bent = graph.op("activation", {twice}, {{"kind", "tanh"}});
  graph.output("both uses", graph.op("add", {twice, bent}));
  const NodeId shown = linear(graph, "shown", x, 6, 6);
  graph.output("shown", shown);
  graph.output("bent", graph.op("activation", {shown}, {{"kind", "relu"}}));
  const NodeId sum = graph.op("add", {linear(graph, "behind", x, 6, 6), x});
  graph.output("behind", graph.op("activation", {sum}, {{"kind", "sigmoid"}}));
  const NodeId row = graph.input("row", DType::kF32, {1, 6});
  graph.output("row", graph.op("add", {linear(graph, "to row", x, 6, 6), row}));
  const NodeId moving = graph.input("moving", DType::kF32, {6, 6});
  const NodeId one = graph.op("linear", {x, moving});
  graph.output("moving", graph.op("add", {one, linear(graph, "still", x, 6, 6)}));
  const NodeId seen = norm(graph, "norm", x, 6);
  graph.output("norm", seen);
  graph.output("behind norm", linear(graph, "after", seen, 6, 6));
  model.agreement = {.products = 256};
  return model;
}

ModelCase identities() {
  ModelCase model;
  model.name = "ops that change nothing";
  Graph& graph = model.graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 3, 4});
  NodeId y = graph.op("scale", {x}, {{"factor", 1.0}});
  y = graph.op("permute", {y}, {{"axes", Integers{2, 0, 1}}});
  y = graph.op("permute", {y}, {{"axes", Integers{1, 2, 0}}});
  y = graph.op("reshape", {y}, {{"shape", Integers{6, 4}}});
  y = graph.op("reshape", {y}, {{"shape", Integers{3, 8}}});
  y = graph.op("cast", {y}, {{"dtype", "f32"}});
  y = graph.op("concat", {y}, {{"axis", 0}});
  y = graph.op("slice", {y}, {{"axis", 0}, {"first", 0}});
  graph.output("y", y);
  graph.output("x itself", x);
  graph.output("half", graph.op("slice", {y}, {{"axis", 0}, {"first", 1}, {"count", 1}}));
  graph.output("weight", graph.weight("w", {DType::kF32, {3}}));
  return model;
}

/// Weight arithmetic that folds to constants, next to the same arithmetic on inputs.
ModelCase constants() {
  ModelCase model;
  model.name = "arithmetic over weights";
  Graph& graph = model.graph;
  const NodeId x = graph.input("x", DType::kF32, {4, 8});
  const NodeId weight = graph.weight("w", {DType::kF32, {16, 8}});
  const NodeId half = graph.op("cast", {weight}, {{"dtype", "f16"}});
  graph.output("half", graph.op("linear", {x, half}));
  const NodeId scales = graph.op("row_scales", {weight});
  const NodeId bytes = graph.op("quantise_rows", {weight, scales});
  graph.output("bytes", graph.op("quantised_linear", {x, bytes, scales}));
  const NodeId top = graph.op("slice", {weight}, {{"axis", 0}, {"first", 0}, {"count", 5}});
  const NodeId both = graph.op("concat", {top, weight}, {{"axis", 0}});
  graph.output("both", graph.op("linear", {x, both, kAbsent}));
  const NodeId table = graph.op("scale", {weight}, {{"factor", 0.5}});
  const NodeId ids = graph.input("ids", DType::kI32, {3});
  model.values["ids"] = {.low = 0, .high = 15};
  const NodeId rows = graph.op("embedding", {table, ids});
  graph.output("tied head", graph.op("linear", {rows, table}));
  // One rounding to i8 may fall the other way: 1/127 of one of 8 terms.
  model.agreement = {.products = 64, .slack = 0.02};
  return model;
}

}  // namespace

std::vector<ModelCase> pattern_table() {
  std::vector<ModelCase> models;
  for (const bool has_bias : {false, true}) {
    for (const bool norm_first : {false, true})
      models.push_back(transformer_block(has_bias, norm_first));
  }
  models.push_back(gated_feed_forward());
  models.push_back(residual_block());
  models.push_back(unfoldable());
  models.push_back(identities());
  models.push_back(constants());
  return models;
}

}  // namespace assay::conformance
