// SPDX-License-Identifier: MIT
// The convolution network of Djinn's overhead experiment ("vit_like"): for each number of channels
// a convolution, ReLU, batch norm (in that order) and a pooling by two, then the mean of each
// channel and a linear. Input image [batch, 3, side, side], output logits [batch, classes].
#pragma once

#include <vector>

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

struct CnnConfig {
  std::vector<std::int64_t> channels{64, 128, 256};
  std::int64_t kernel = 3;  ///< Odd: half of it is padded, so that pictures keep their side.
  std::int64_t side = 224;
  std::int64_t classes = 1000;
};

Result<graph::Graph> build_cnn(const CnnConfig& config);

}  // namespace assay::models
