// SPDX-License-Identifier: MIT
// The vision transformer of the ViT study: patches with a norm on both sides of their embedding, a
// CLS token, learned positions, pre-norm blocks with one bias-free projection for q, k and v, heads
// of width 64 whatever the model's width, exact GELU, a last norm; every token is returned.
// Input image [batch, 3, side, side], output tokens [batch, patches + 1, width].
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

struct VitConfig {
  std::int64_t patch = 32;
  std::int64_t depth = 6;
  std::int64_t width = 384;
  std::int64_t heads = 6;
  std::int64_t mlp_width = 1536;
  std::int64_t side = 224;  ///< Of the picture; a multiple of `patch`.
  std::int64_t head_width = 64;

  std::int64_t patches() const { return (side / patch) * (side / patch); }
};

/// "vit32x6x384": patch, depth and width; heads = width / 64 and mlp_width = 4 width follow. The
/// side is `side` rounded up to a multiple of the patch.
Result<VitConfig> parse_vit(std::string_view name, std::int64_t side);

/// A user error where the sizes do not make a model. Depth 0 has no blocks.
Result<graph::Graph> build_vit(const VitConfig& config);

/// Multiply-adds times two of every product, for one picture, as the study counts them.
double vit_products(const VitConfig& config);

}  // namespace assay::models
