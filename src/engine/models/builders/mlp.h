// SPDX-License-Identifier: MIT
// Layers one after another: linear and an activation for each hidden width, a linear to the output,
// softmax where asked. Input x [batch, input], output y [batch, output].
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

struct MlpConfig {
  std::int64_t input = 512;
  std::vector<std::int64_t> hidden{512, 512};
  std::int64_t output = 128;
  std::string activation = "tanh";
  bool ends_in_softmax = true;
};

/// The network that the seed's sweep really built for a list of hidden widths: from two widths on
/// it leaves out the last one, so that [512] and [512, 512] are the same network.
MlpConfig mlp_of_seed_sweep(std::int64_t input, std::vector<std::int64_t> hidden,
                            std::int64_t output);

Result<graph::Graph> build_mlp(const MlpConfig& config);

}  // namespace assay::models
