// SPDX-License-Identifier: MIT
// Arguments for a model by the names of its graph: pictures and vectors from a normal distribution,
// token numbers within the table that they look up, and for decoders what belongs together: `past`
// tokens in the cache, every new one real, positions that go on, the last row's logits.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/backend/device.h"
#include "engine/graph/types.h"
#include "engine/tensor/host_tensor.h"

namespace assay::workload {

struct ModelSizes {
  std::int64_t batch = 1;
  std::int64_t sequence = 128;  ///< Tokens of a row in one call.
  std::int64_t past = 0;        ///< Tokens that a decoder's cache holds before the call.
};

/// The extents that the graph names. An error for one that none of the sizes is.
Result<graph::Bindings> bindings_of(const graph::Graph& graph, const ModelSizes& sizes);

struct ModelArguments {
  std::vector<tensor::HostTensor> inputs;
  std::vector<tensor::HostTensor> states;
  std::vector<tensor::HostTensor> outputs;
};
template <class View, class Tensors>
std::vector<View> views_of(Tensors& tensors) {
  std::vector<View> views;
  for (auto& tensor : tensors) {
    views.push_back(tensor.view());
  }
  return views;
}
Result<void> run_once(backend::Executable& executable, ModelArguments& arguments);

/// Same seed, same numbers.
Result<ModelArguments> make_arguments(const graph::Graph& graph, const graph::NodeTypes& types,
                                      const ModelSizes& sizes, std::uint64_t seed);

}  // namespace assay::workload
