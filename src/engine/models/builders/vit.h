// SPDX-License-Identifier: MIT
// Two vision transformers. That of the ViT study: patches with a norm on both sides of their
// embedding, one bias-free projection for q, k and v, heads of width 64 whatever the model's width;
// every token is returned. And the published one (ViT-B/16): a convolution cuts the patches, q, k
// and v have biases, and a head may follow. Both have a CLS token, learned positions, pre-norm
// blocks with exact GELU, and a last norm.
//
//   input    image [batch, 3, side, side]
//   outputs  tokens [batch, patches + 1, width]; logits [batch, classes] where there are classes
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

enum class VitKind : std::uint8_t { kStudy, kPublished };

struct VitConfig {
  VitKind kind = VitKind::kStudy;
  std::int64_t patch = 32;
  std::int64_t depth = 6;
  std::int64_t width = 384;
  std::int64_t heads = 6;
  std::int64_t mlp_width = 1536;
  std::int64_t side = 224;  ///< Of the picture; a multiple of `patch`.
  std::int64_t head_width = 64;
  std::int64_t classes = 0;  ///< Of a head on the CLS token; 0: none.
  double epsilon = 1e-5;

  std::int64_t patches() const { return (side / patch) * (side / patch); }
};

/// "vit32x6x384": patch, depth and width; heads = width / 64 and mlp_width = 4 width follow. The
/// side is `side` rounded up to a multiple of the patch.
Result<VitConfig> parse_vit(std::string_view name, std::int64_t side);

/// ViT-B/16 with the head of 1000 classes.
VitConfig vit_b16();

/// A user error where the sizes do not make a model. Depth 0 has no blocks.
Result<graph::Graph> build_vit(const VitConfig& config);

/// Multiply-adds times two of every product, for one picture, as the study counts them.
double vit_products(const VitConfig& config);

}  // namespace assay::models
