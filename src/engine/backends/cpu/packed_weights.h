// SPDX-License-Identifier: MIT
// The weights of one model as the CPU's products want them: packed once when the model is loaded,
// shared by all its executables. A weight that only products and embeddings read exists in packed
// form alone.
#pragma once

#include <map>
#include <string>

#include "engine/graph/weights.h"
#include "engine/kernels/cpu/packed_weight.h"

namespace assay::cpu {

class PackedWeights {
 public:
  /// Packs what linear and quantised_linear multiply with, and drops from `weights` what nothing
  /// else needs.
  Result<void> adopt(const graph::Graph& graph, graph::Weights& weights);
  /// Null where the weight was not packed. The scales of i8 are an operand: set for each call.
  const kernels::PackedWeight* find(const std::string& weight) const;
  Bytes size() const;

 private:
  Result<void> pack(const std::string& name, const tensor::HostTensor& weight);

  struct Packed {
    tensor::HostTensor memory;
    kernels::PackedWeight weight;
  };
  std::map<std::string, Packed> packed_;
};

}  // namespace assay::cpu
