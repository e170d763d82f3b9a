// SPDX-License-Identifier: MIT
#include "engine/models/builders/single_op.h"

#include <charconv>
#include <span>

#include "core/format.h"
#include "engine/models/builders/layers.h"
#include "engine/models/builders/sizes.h"

namespace assay::models {
namespace {

/// "gemm512x64x8" -> 512, 64, 8 for a prefix and as many numbers; false for anything else.
bool read_sizes(std::string_view name, std::string_view prefix, std::span<std::int64_t> sizes) {
  if (!name.starts_with(prefix)) return false;
  const char* at = name.data() + prefix.size();
  const char* const end = name.data() + name.size();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i > 0 && (at == end || *at++ != 'x')) return false;
    const auto [next, error] = std::from_chars(at, end, sizes[i]);
    if (error != std::errc()) return false;
    at = next;
  }
  return at == end;
}

}  // namespace

Result<GemmConfig> parse_gemm(std::string_view name) {
  std::int64_t sizes[3] = {};
  if (!read_sizes(name, "gemm", sizes)) {
    return Error::user("no product: {}; expected gemm<m>x<n>x<k>, as in gemm512x512x512", name);
  }
  return GemmConfig{.m = sizes[0], .n = sizes[1], .k = sizes[2]};
}

Result<graph::Graph> build_gemm(const GemmConfig& config) {
  ASSAY_TRY_VOID(check_sizes("gemm", {{"m", config.m}, {"n", config.n}, {"k", config.k}}));
  graph::Graph graph;
  const graph::NodeId x = graph.input("x", tensor::DType::kF32, {"batch", config.m, config.k});
  graph.output("y", linear(graph, x, "product", config.k, config.n, Bias::kNone));
  return graph;
}

Result<ConvolutionConfig> parse_convolution(std::string_view name, std::int64_t side) {
  std::int64_t sizes[5] = {};
  if (!read_sizes(name, "conv", sizes)) {
    return Error::user(
        "no convolution: {}; expected conv<in>x<out>x<kernel>x<stride>x<groups>, as in "
        "conv64x128x3x2x1",
        name);
  }
  return ConvolutionConfig{.in = sizes[0],
                           .out = sizes[1],
                           .kernel = sizes[2],
                           .stride = sizes[3],
                           .groups = sizes[4],
                           .side = side};
}

Result<graph::Graph> build_convolution(const ConvolutionConfig& config) {
  ASSAY_TRY_VOID(check_sizes("conv", {{"in", config.in},
                                      {"out", config.out},
                                      {"kernel", config.kernel, 1, 255},
                                      {"stride", config.stride, 1, 255},
                                      {"groups", config.groups},
                                      {"side", config.side, config.kernel}}));
  ASSAY_TRY_VOID(check_divides("conv", {"groups", config.groups}, {"in", config.in}));
  ASSAY_TRY_VOID(check_divides("conv", {"groups", config.groups}, {"out", config.out}));
  graph::Graph graph;
  const graph::NodeId x =
      graph.input("image", tensor::DType::kF32, {"batch", config.in, config.side, config.side});
  const graph::NodeId weight = graph.weight(
      "conv.weight",
      {tensor::DType::kF32, {config.out, config.in / config.groups, config.kernel, config.kernel}});
  graph.output("y", graph.op("conv2d", {x, weight},
                             {{"stride", graph::Integers{config.stride, config.stride}},
                              {"padding", graph::Integers{config.kernel / 2, config.kernel / 2}},
                              {"groups", config.groups}}));
  return graph;
}

}  // namespace assay::models
