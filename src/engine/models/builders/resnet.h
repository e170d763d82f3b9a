// SPDX-License-Identifier: MIT
// ResNet-18, -34 and -50 (v1.5: the stride of a bottleneck stands in its 3x3 convolution). Weights
// have the names of torchvision's checkpoints. Input image [batch, 3, side, side], output logits
// [batch, classes].
#pragma once

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

struct ResnetConfig {
  std::int64_t depth = 50;  ///< 18, 34 or 50.
  std::int64_t side = 224;
  std::int64_t classes = 1000;
};

Result<graph::Graph> build_resnet(const ResnetConfig& config);

}  // namespace assay::models
