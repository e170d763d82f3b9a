// SPDX-License-Identifier: MIT
// Encoders whose norms stand behind the residual sums: BERT, and the stack of Djinn's synthetic
// transformers, which has no embeddings and ReLU.
//
//   inputs   ids, types, positions [batch, sequence] i32; or x [batch, sequence, width] where there
//            are no embeddings; and lengths [batch] i32 where rows are padded: keys at or beyond a
//            row's length are not seen
//   outputs  hidden [batch, sequence, width]; pooled [batch, width] where there is a pooler
#pragma once

#include <string>

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

struct EncoderConfig {
  std::int64_t width = 768;
  std::int64_t depth = 12;
  std::int64_t heads = 12;
  std::int64_t mlp_width = 3072;
  std::string activation = "gelu";
  double epsilon = 1e-12;
  bool has_embeddings = true;
  std::int64_t vocabulary = 30'522;
  std::int64_t positions = 512;
  std::int64_t types = 2;
  bool has_pooler = false;
  bool is_padded = false;
};

Result<graph::Graph> build_encoder(const EncoderConfig& config);

}  // namespace assay::models
