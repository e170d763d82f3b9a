// SPDX-License-Identifier: MIT
#include "engine/models/builders/layers.h"

#include <cmath>

namespace assay::models {

using graph::Graph;
using graph::Integers;
using graph::kAbsent;
using graph::NodeId;
using tensor::DType;

NodeId linear(Graph& graph, NodeId x, const std::string& name, std::int64_t in, std::int64_t out,
              Bias bias) {
  const NodeId weight = graph.weight(name + ".weight", {DType::kF32, {out, in}});
  const NodeId offset =
      bias == Bias::kNone ? kAbsent : graph.weight(name + ".bias", {DType::kF32, {out}});
  return graph.op("linear", {x, weight, offset}, {}, name);
}

NodeId layer_norm(Graph& graph, NodeId x, const std::string& name, std::int64_t width,
                  double epsilon) {
  const NodeId weight = graph.weight(name + ".weight", {DType::kF32, {width}});
  const NodeId bias = graph.weight(name + ".bias", {DType::kF32, {width}});
  return graph.op("layer_norm", {x, weight, bias}, {{"epsilon", epsilon}}, name);
}

NodeId rms_norm(Graph& graph, NodeId x, const std::string& name, std::int64_t width,
                double epsilon) {
  const NodeId weight = graph.weight(name + ".weight", {DType::kF32, {width}});
  return graph.op("rms_norm", {x, weight}, {{"epsilon", epsilon}}, name);
}

NodeId activation(Graph& graph, NodeId x, const std::string& kind) {
  return graph.op("activation", {x}, {{"kind", kind}});
}

Convolution convolution3x3(std::int64_t in, std::int64_t out, std::int64_t stride) {
  return {.in = in, .out = out, .kernel = 3, .stride = stride, .padding = 1};
}

NodeId conv2d(Graph& graph, NodeId x, const std::string& name, const Convolution& convolution) {
  const auto& [in, out, kernel, stride, padding, bias] = convolution;
  const NodeId weight = graph.weight(name + ".weight", {DType::kF32, {out, in, kernel, kernel}});
  const NodeId offset =
      bias == Bias::kNone ? kAbsent : graph.weight(name + ".bias", {DType::kF32, {out}});
  return graph.op("conv2d", {x, weight, offset},
                  {{"stride", Integers{stride, stride}}, {"padding", Integers{padding, padding}}},
                  name);
}

NodeId batch_norm(Graph& graph, NodeId x, const std::string& name, std::int64_t channels) {
  constexpr double kEpsilon = 1e-5;  // That of every network of ours.
  const auto part = [&](const char* which) {
    return graph.weight(format("{}.{}", name, which), {DType::kF32, {channels}});
  };
  return graph.op("batch_norm",
                  {x, part("running_mean"), part("running_var"), part("weight"), part("bias")},
                  {{"epsilon", kEpsilon}}, name);
}

NodeId reshape(Graph& graph, NodeId x, Integers shape) {
  return graph.op("reshape", {x}, {{"shape", std::move(shape)}});
}

NodeId permute(Graph& graph, NodeId x, Integers axes) {
  return graph.op("permute", {x}, {{"axes", std::move(axes)}});
}

NodeId slice_last(Graph& graph, NodeId x, std::int64_t first, std::int64_t count) {
  return graph.op("slice", {x}, {{"axis", -1}, {"first", first}, {"count", count}});
}

NodeId explicit_attention(Graph& graph, NodeId q, NodeId k, NodeId v, const Heads& heads) {
  const auto split = [&](NodeId x) {
    return permute(graph, reshape(graph, x, {0, 0, heads.count, heads.width}), {0, 2, 1, 3});
  };
  NodeId scores = graph.op("matmul", {split(q), split(k)}, {{"transpose_b", 1}});
  const double factor = 1.0 / std::sqrt(static_cast<double>(heads.width));
  scores = graph.op("scale", {scores}, {{"factor", factor}});
  const NodeId weights = graph.op("softmax", {scores});
  const NodeId attended = graph.op("matmul", {weights, split(v)});
  return reshape(graph, permute(graph, attended, {0, 2, 1, 3}), {0, 0, heads.count * heads.width});
}

}  // namespace assay::models
