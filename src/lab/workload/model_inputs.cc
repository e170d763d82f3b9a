// SPDX-License-Identifier: MIT
#include "lab/workload/model_inputs.h"

#include <algorithm>
#include <span>

#include "core/random.h"

namespace assay::workload {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeId;
using graph::NodeKind;
using tensor::DType;
using tensor::HostTensor;

template <class T>
std::span<T> elements_of(HostTensor& tensor) {
  const std::span<std::byte> bytes = tensor.bytes();
  return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
}

/// Rows of the tables that input `id` looks up: the fewest, where it looks up several.
std::int64_t rows_looked_up(const Graph& graph, const graph::NodeTypes& types, NodeId id) {
  std::int64_t rows = 0;
  for (const Node& node : graph.nodes()) {
    const bool is_lookup =
        node.kind == NodeKind::kOp && node.op->name == "embedding" && node.operands[1] == id;
    if (!is_lookup) continue;
    const std::int64_t table = types[index_of(node.operands[0])].shape[0];
    rows = rows == 0 ? table : std::min(rows, table);
  }
  return std::max<std::int64_t>(rows, 1);
}

void fill_integers(std::string_view name, std::int64_t rows, const ModelSizes& sizes,
                   Random& random, std::span<std::int32_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto column = static_cast<std::int64_t>(i) % sizes.sequence;
    std::int64_t value = 0;
    if (name == "past") {
      value = sizes.past;
    } else if (name == "counts" || name == "lengths") {
      value = sizes.sequence;
    } else if (name == "last") {
      value = sizes.sequence - 1;
    } else if (name == "positions") {
      value = sizes.past + column;
    } else {
      value = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(rows)));
    }
    out[i] = static_cast<std::int32_t>(value);
  }
}

void fill_normal(Random& random, HostTensor& tensor) {
  const std::int64_t count = *tensor::element_count(tensor.type().shape);
  for (std::int64_t i = 0; i < count; ++i) {
    store_element(tensor.view(), i, random.normal());
  }
}

}  // namespace

Result<graph::Bindings> bindings_of(const Graph& graph, const ModelSizes& sizes) {
  graph::Bindings bindings;
  for (const std::string& name : graph::extent_names(graph)) {
    if (name == "batch") {
      bindings[name] = sizes.batch;
    } else if (name == "sequence") {
      bindings[name] = sizes.sequence;
    } else if (name == "capacity") {
      bindings[name] = sizes.past + sizes.sequence;
    } else {
      return Error::bug("the model has an extent {}, which no parameter sets", name);
    }
  }
  return bindings;
}

Result<void> run_once(backend::Executable& executable, ModelArguments& arguments) {
  const auto inputs = views_of<tensor::ConstAnyView>(std::as_const(arguments.inputs));
  const auto states = views_of<tensor::AnyView>(arguments.states);
  const auto outputs = views_of<tensor::AnyView>(arguments.outputs);
  return executable.run({.inputs = inputs, .states = states, .outputs = outputs});
}

Result<ModelArguments> make_arguments(const Graph& graph, const graph::NodeTypes& types,
                                      const ModelSizes& sizes, std::uint64_t seed) {
  ModelArguments arguments;
  Random random(seed);
  for (const NodeId id : graph.of_kind(NodeKind::kInput)) {
    ASSAY_TRY(HostTensor tensor, HostTensor::create(types[index_of(id)]));
    if (tensor.type().dtype == DType::kI32) {
      fill_integers(graph.node(id).name, rows_looked_up(graph, types, id), sizes, random,
                    elements_of<std::int32_t>(tensor));
    } else {
      fill_normal(random, tensor);
    }
    arguments.inputs.push_back(std::move(tensor));
  }
  for (const NodeId id : graph.of_kind(NodeKind::kState)) {
    ASSAY_TRY(HostTensor tensor, HostTensor::create(types[index_of(id)]));
    fill_normal(random, tensor);
    arguments.states.push_back(std::move(tensor));
  }
  for (const graph::Output& output : graph.outputs()) {
    ASSAY_TRY(HostTensor tensor, HostTensor::create(types[index_of(output.node)]));
    arguments.outputs.push_back(std::move(tensor));
  }
  return arguments;
}

}  // namespace assay::workload
