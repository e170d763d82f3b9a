// SPDX-License-Identifier: MIT
// The data of a graph's weights, by name. Shared read-only by every executable that uses them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/graph/graph.h"
#include "engine/tensor/host_tensor.h"

namespace assay::graph {

class Weights {
 public:
  /// A second tensor of the same name is a user error.
  Result<void> add(const std::string& name, tensor::HostTensor tensor);
  /// The same, of a tensor that others hold too.
  Result<void> share(const std::string& name,
                     const std::shared_ptr<const tensor::HostTensor>& tensor);
  /// Lets go of one, which is there.
  void drop(const std::string& name);
  /// An error names the nearest weight there is.
  Result<const tensor::HostTensor*> find(std::string_view name) const;
  const std::map<std::string, std::shared_ptr<const tensor::HostTensor>, std::less<>>& entries()
      const {
    return entries_;
  }
  Bytes size() const;

 private:
  std::map<std::string, std::shared_ptr<const tensor::HostTensor>, std::less<>> entries_;
};

/// Every weight of the graph is there, in the graph's type. One error lists all that are not.
Result<void> check_weights(const Graph& graph, const Weights& weights);
/// Uniform random weights that depend on nothing but the seed and each weight's name, type and use,
/// so that every backend and every model built twice gets the same: within 1/sqrt(fan in) of 0,
/// norms' weights and variances around 1, rotary frequencies 10000^(-2i/D), integers over their
/// range.
Result<Weights> seeded_weights(const Graph& graph, std::uint64_t seed);

}  // namespace assay::graph
