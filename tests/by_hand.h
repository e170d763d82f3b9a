// SPDX-License-Identifier: MIT
// The architectures of published checkpoints, written out in double precision as their papers and
// their first implementations give them: rows are tokens, tensors have the names and the layout of
// the files. Slow, obvious, and independent of the engine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/tensor/host_tensor.h"

namespace assay::tests {

struct Matrix {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<double> values;  ///< Row by row.

  double at(std::int64_t row, std::int64_t column) const {
    return values.at(static_cast<std::size_t>(row * columns + column));
  }
  double& at(std::int64_t row, std::int64_t column) {
    return values.at(static_cast<std::size_t>(row * columns + column));
  }
};
/// The last axis as columns, all others as rows.
Matrix as_matrix(const tensor::HostTensor& tensor);

using Tensors = std::map<std::string, tensor::HostTensor>;

/// Two heads, two blocks; logits of every token.
Matrix gpt2_by_hand(const Tensors& tensors, const std::vector<int>& ids);
/// Llama and, where their tensors are there, Qwen's biases and head norms: four heads of 4, two of
/// keys and values, rope_theta 100, two blocks.
Matrix llama_by_hand(const Tensors& tensors, const std::vector<int>& ids);
/// Two heads, two blocks; hidden states.
Matrix bert_by_hand(const Tensors& tensors, const std::vector<int>& ids,
                    const std::vector<int>& types);
/// Two heads, two blocks; tokens of one picture [3, side, side].
Matrix vit_by_hand(const Tensors& tensors, const std::vector<double>& image, std::int64_t side,
                   std::int64_t patch);

}  // namespace assay::tests
