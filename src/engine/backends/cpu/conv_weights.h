// SPDX-License-Identifier: MIT
// The weights of one model's convolutions in the layouts that oneDNN chose for them: moved when the
// first kernel wants one, shared by all executables that want the same. A weight that only
// convolutions read exists in such a layout alone; where another one is wanted later, it is made
// of the first.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/graph/weights.h"
#include "engine/kernels/cpu/conv.h"

namespace assay::cpu {

class ConvWeights {
 public:
  /// Takes over what conv2d multiplies with, and drops from `weights` what nothing else reads.
  Result<void> adopt(const graph::Graph& graph, graph::Weights& weights);
  /// Whether the weight is here instead of with the model.
  bool has_adopted(const std::string& weight) const { return adopted_.contains(weight); }

  /// As it was given; null once some layout stands in its place.
  const float* dense(const std::string& weight) const;
  /// In the layouts there are; empty where the weight is not shared.
  std::span<const kernels::ConvWeight> made(const std::string& weight) const;
  /// One more layout, if it is none of those. Of a weight that was adopted it replaces the dense
  /// form.
  void keep(const std::string& weight, const kernels::ConvWeight& made);
  /// As it was given, for a kernel that reads nothing else: calculated back where it is gone.
  Result<std::shared_ptr<const tensor::HostTensor>> as_given(const std::string& weight,
                                                             const tensor::TensorType& type);

  Bytes size() const;  ///< Of all forms.

 private:
  struct Forms {
    std::shared_ptr<const tensor::HostTensor> dense;  ///< Of what was adopted, while it is needed.
    std::vector<kernels::ConvWeight> made;
  };
  std::map<std::string, Forms> forms_;
  std::set<std::string> adopted_;
};

}  // namespace assay::cpu
