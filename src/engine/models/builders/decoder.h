// SPDX-License-Identifier: MIT
// Decoders that write text: GPT-2 and Llama as two settings of one structure. The keys and values
// of earlier tokens are states, so that a prefill and a step of decoding are one graph.
//
//   inputs   ids [batch, sequence] i32; past [batch]: tokens that each row holds; counts [batch]:
//   how
//            many of the new ones are real, the rest is padding; last [batch]: the row whose logits
//            are wanted; positions [batch, sequence]
//   states   keys.<i>, values.<i> [batch, kv_heads, capacity, head_width]
//   outputs  logits [batch, vocabulary] of `last`; all_logits [batch, sequence, vocabulary] where
//   asked
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

struct DecoderConfig {
  std::int64_t vocabulary = 50'257;
  std::int64_t width = 768;
  std::int64_t depth = 12;
  std::int64_t heads = 12;
  std::int64_t kv_heads = 12;
  std::int64_t head_width = 64;
  std::int64_t mlp_width = 3072;
  std::int64_t positions = 1024;  ///< Learned ones; 0: rotary.
  bool is_llama = false;          ///< rms_norm, rotary, SwiGLU, no biases; else GPT-2's.
  bool has_qkv_bias = false;      ///< Also where is_llama, as in Qwen 2.
  bool has_head_norms = false;    ///< Each head of q and k has an rms_norm, as in Qwen 3.
  bool has_tied_head = true;      ///< The head's weight is that of the embedding.
  bool gives_all_logits = false;
  double epsilon = 1e-5;
  tensor::DType cache = tensor::DType::kF32;  ///< Of the states.
};

DecoderConfig gpt2_small();
/// Llama's structure in the sizes of Llama 3.2 1B.
DecoderConfig llama_1b();
/// A user error where the sizes make no model.
Result<graph::Graph> build_decoder(const DecoderConfig& config);

/// The rotary frequencies of a weight "frequencies": base^(-2 i / head_width).
std::vector<float> rotary_frequencies(std::int64_t head_width, double base);

}  // namespace assay::models
