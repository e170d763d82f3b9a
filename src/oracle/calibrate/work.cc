// SPDX-License-Identifier: MIT
#include "oracle/calibrate/work.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include "core/format.h"
#include "engine/graph/passes/pass_list.h"
#include "engine/models/model_list.h"
#include "oracle/count/op_count.h"

namespace assay::calibrate {
namespace {

using graph::Graph;
using graph::index_of;
using graph::NodeId;
using graph::NodeKind;
using graph::NodeTypes;

constexpr std::int64_t kSequenceUsual = 128;

double bytes_of(const tensor::TensorType& type) {
  double bytes = static_cast<double>(tensor::size_of(type.dtype));
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    bytes *= static_cast<double>(type.shape[axis]);
  }
  return bytes;
}

KernelClass class_of(std::string_view op) {
  if (op == "linear" || op == "matmul" || op == "quantised_linear") return KernelClass::kProduct;
  if (op == "conv2d") return KernelClass::kConvolution;
  if (op == "attention" || op == "cached_attention") return KernelClass::kAttention;
  return KernelClass::kOther;
}

/// Results of a product that share each weight: all extents of the result but its own channels.
double rows_of(const graph::Node& node, const tensor::TensorType& result) {
  const int channels = node.op->name == "conv2d" ? 1 : result.shape.rank() - 1;
  double rows = 1;
  for (int axis = 0; axis < result.shape.rank(); ++axis) {
    if (axis != channels) rows *= static_cast<double>(result.shape[axis]);
  }
  return std::max(rows, 1.0);
}

Result<graph::Bindings> bindings_of(const Graph& graph, const Configuration& sizes) {
  const std::map<std::string, std::int64_t> known{{"batch", sizes.batch},
                                                  {"sequence", sizes.sequence},
                                                  {"capacity", sizes.past + sizes.sequence}};
  graph::Bindings bindings;
  for (const std::string& name : graph::extent_names(graph)) {
    const auto found = known.find(name);
    if (found == known.end()) {
      return Error::user("model {} has an extent `{}`; known: batch, sequence, capacity",
                         sizes.model, name);
    }
    bindings.insert(*found);
  }
  return bindings;
}

NodeWork work_of_node(const Graph& graph, NodeId id, const NodeTypes& types,
                      const std::vector<bool>& is_constant, const oracle::OpCount& count) {
  const graph::Node& node = graph.node(id);
  NodeWork work{.kernel = class_of(node.op->name),
                .products = count.products,
                .vector_flops = count.flops - count.products,
                .weight_bytes = count.weight_bytes,
                .activation_bytes = count.read_bytes + count.written_bytes};
  std::set<NodeId> seen;
  for (const NodeId operand : node.operands) {
    if (operand == graph::kAbsent || !seen.insert(operand).second) continue;
    // What is calculated from weights alone is folded: a weight to whoever reads it.
    if (is_constant[index_of(operand)] && graph.node(operand).kind != NodeKind::kWeight) {
      work.weight_bytes += bytes_of(types[index_of(operand)]);
      work.activation_bytes -= bytes_of(types[index_of(operand)]);
    }
  }
  if (count.products > 0) work.rows = rows_of(node, types[index_of(id)]);
  return work;
}

void add_node(NodeWork node, std::vector<NodeWork>& nodes) {
  const auto key = [](const NodeWork& n) {
    return std::tie(n.kernel, n.products, n.vector_flops, n.weight_bytes, n.activation_bytes,
                    n.rows);
  };
  const auto same =
      std::ranges::find_if(nodes, [&](const NodeWork& known) { return key(known) == key(node); });
  if (same != nodes.end()) {
    same->count += 1;
  } else {
    nodes.push_back(node);
  }
}

/// Every node's last reader; what is put out lives to the end.
std::vector<std::size_t> last_readers(const Graph& graph) {
  std::vector<std::size_t> last(graph.nodes().size(), 0);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    for (const NodeId operand : graph.nodes()[i].operands) {
      if (operand != graph::kAbsent) last[index_of(operand)] = i;
    }
  }
  for (const graph::Output& output : graph.outputs())
    last[index_of(output.node)] = graph.nodes().size();
  return last;
}

double most_live_bytes(const Graph& graph, const NodeTypes& types,
                       const std::vector<bool>& is_constant) {
  const std::vector<std::size_t> last = last_readers(graph);
  std::vector<double> ends(graph.nodes().size() + 1, 0);
  double live = 0;
  double most = 0;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const graph::Node& node = graph.nodes()[i];
    const bool is_view = node.kind == NodeKind::kOp && node.op->is_view;
    if (!is_constant[i] && !is_view) {
      live += bytes_of(types[i]);
      ends[std::max(last[i], i)] += bytes_of(types[i]);
    }
    most = std::max(most, live);
    live -= ends[i];
  }
  return most;
}

Work count_all(const Graph& graph, const NodeTypes& types, std::int64_t past) {
  const std::vector<bool> is_constant = graph::constant_nodes(graph);
  Work work;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const graph::Node& node = graph.nodes()[i];
    if (node.kind == NodeKind::kWeight) work.weight_bytes += bytes_of(types[i]);
    if (node.kind != NodeKind::kOp || node.op->is_view || is_constant[i]) continue;
    work.kernels += 1;
    const NodeId id = graph::node_id(i);
    const oracle::CountedOp counted = oracle::count_op(graph, id, types, {.past = past});
    if (!counted.unsupported.empty()) {
      work.uncounted += 1;
      continue;
    }
    work.products += counted.count.products;
    work.flops += counted.count.flops;
    work.bytes += counted.count.bytes();
    add_node(work_of_node(graph, id, types, is_constant, counted.count), work.nodes);
  }
  work.live_bytes = most_live_bytes(graph, types, is_constant);
  return work;
}

std::int64_t last_extent(const tensor::Dims& shape) {
  return shape.rank() == 0 ? 1 : shape[shape.rank() - 1];
}

}  // namespace

std::string_view to_text(KernelClass kernel) {
  constexpr std::array<std::string_view, kKernelClassCount> kNames{"product", "convolution",
                                                                   "attention", "other"};
  return kNames[static_cast<std::size_t>(kernel)];
}

std::string name_of(const Configuration& configuration) {
  std::string name = configuration.model;
  if (configuration.sequence != kSequenceUsual) name += format("/s{}", configuration.sequence);
  if (configuration.past != 0) name += format("/p{}", configuration.past);
  return name;
}

Result<Configuration> parse_configuration(std::string_view name) {
  Configuration configuration;
  std::size_t slash = name.find('/');
  configuration.model = std::string(name.substr(0, slash));
  while (slash != std::string_view::npos) {
    const std::size_t next = name.find('/', slash + 1);
    const std::string_view size = name.substr(slash + 1, next - slash - 1);
    constexpr std::int64_t kLongest = 1 << 20;
    std::int64_t value = -1;
    const bool is_known = size.size() > 1 && (size[0] == 's' || size[0] == 'p');
    const char* const end = size.data() + size.size();
    const auto read = is_known ? std::from_chars(size.data() + 1, end, value)
                               : std::from_chars_result{nullptr, std::errc::invalid_argument};
    const std::int64_t least = is_known && size[0] == 's' ? 1 : 0;
    if (read.ec != std::errc() || read.ptr != end || value < least || value > kLongest) {
      return Error::user(
          "{}: expected /s<sequence> or /p<past> behind the model, as in "
          "gpt2/s1/p128; got /{}",
          name, size);
    }
    (size[0] == 's' ? configuration.sequence : configuration.past) = value;
    slash = next;
  }
  return configuration;
}

std::string family_of(const Configuration& configuration) {
  const std::string& model = configuration.model;
  const auto end = std::ranges::find_if(
      model, [](char c) { return !(('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z')); });
  std::string family(model.begin(), end);
  if (family == "gpt" || family == "llama") {
    family += configuration.sequence == 1 ? " decode" : " prefill";
  }
  return family.empty() ? model : family;
}

Result<Work> work_of(const Configuration& configuration) {
  ASSAY_TRY(const Graph written, models::build_model(configuration.model));
  ASSAY_TRY(const graph::Bindings bindings, bindings_of(written, configuration));
  ASSAY_TRY(const Graph graph, graph::apply_passes(written, bindings));
  ASSAY_TRY(const NodeTypes types, graph::infer_types(graph, bindings));
  Work work = count_all(graph, types, configuration.past);
  const std::vector<NodeId> inputs = graph.of_kind(NodeKind::kInput);
  if (!inputs.empty()) work.input_dim = last_extent(types[index_of(inputs.front())].shape);
  if (!graph.outputs().empty()) {
    work.output_dim = last_extent(types[index_of(graph.outputs().front().node)].shape);
  }
  return work;
}

}  // namespace assay::calibrate
