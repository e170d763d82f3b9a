// SPDX-License-Identifier: MIT
// Graphs of one op each, so that a kernel can be measured in the way in which models are: a matrix
// product of one weight, a convolution.
#pragma once

#include <string_view>

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

/// Input x [batch, m, k], output y [batch, m, n].
struct GemmConfig {
  std::int64_t m = 512;
  std::int64_t n = 512;
  std::int64_t k = 512;
};
/// "gemm512x512x512": m, n, k.
Result<GemmConfig> parse_gemm(std::string_view name);
Result<graph::Graph> build_gemm(const GemmConfig& config);

/// Input image [batch, in, side, side], padded by half the kernel; output y.
struct ConvolutionConfig {
  std::int64_t in = 64;
  std::int64_t out = 64;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t groups = 1;
  std::int64_t side = 56;
};
/// "conv64x128x3x2x1": channels in and out, kernel, stride, groups.
Result<ConvolutionConfig> parse_convolution(std::string_view name, std::int64_t side);
Result<graph::Graph> build_convolution(const ConvolutionConfig& config);

}  // namespace assay::models
