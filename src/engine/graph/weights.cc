// SPDX-License-Identifier: MIT
#include "engine/graph/weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/hash.h"
#include "core/nearest.h"
#include "core/random.h"
#include "engine/graph/types.h"

namespace assay::graph {
namespace {

using tensor::AnyView;
using tensor::HostTensor;

/// What a weight is used for, as far as it decides which random numbers make sense.
enum class Use : std::uint8_t { kProduct, kNormWeight, kVariance, kFrequencies };

Use use_as(const OpDefinition& op, std::string_view operand) {
  const bool is_norm = op.name == "layer_norm" || op.name == "rms_norm" || op.name == "batch_norm";
  if (is_norm && operand == "weight") return Use::kNormWeight;
  if (is_norm && operand == "variance") return Use::kVariance;
  if (op.name == "rotary" && operand == "frequencies") return Use::kFrequencies;
  return Use::kProduct;
}

/// The use of every node by the first op that says more than "a product".
std::vector<Use> uses_of(const Graph& graph) {
  std::vector<Use> uses(graph.nodes().size(), Use::kProduct);
  for (const Node& node : graph.nodes()) {
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      if (node.operands[i] == kAbsent) continue;
      Use& use = uses[index_of(node.operands[i])];
      const auto& definitions = node.op->operands;
      const auto& definition = definitions[std::min(i, definitions.size() - 1)];
      if (use == Use::kProduct) use = use_as(*node.op, definition.name);
    }
  }
  return uses;
}

std::int64_t fan_in(const Dims& shape) {
  std::int64_t product = 1;
  for (int axis = shape.rank() > 1 ? 1 : 0; axis < shape.rank(); ++axis)
    product *= shape[axis];
  return std::max<std::int64_t>(product, 1);
}

/// Integers take the whole of a small range, so that quantised products are not all zero.
void fill_integers(AnyView view, std::int64_t count, Random& random) {
  const bool is_signed = view.type.dtype != DType::kU8;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<double>(random.below(is_signed ? 255 : 256));
    store_element(view, i, is_signed ? value - 127 : value);
  }
}

template <class ValueOf>
void fill_reals(AnyView view, std::int64_t count, const ValueOf& value_of) {
  if (view.type.dtype == DType::kF32) {  // Models have hundreds of millions of them.
    auto* data = static_cast<float*>(view.data);
    for (std::int64_t i = 0; i < count; ++i)
      data[i] = static_cast<float>(value_of(i));
    return;
  }
  for (std::int64_t i = 0; i < count; ++i)
    store_element(view, i, value_of(i));
}

void fill(AnyView view, std::int64_t count, Use use, Random& random) {
  const bool is_integer = tensor::unit_roundoff(view.type.dtype) == 0;
  const auto centred = [&] { return 2 * random.uniform() - 1; };
  if (is_integer) return fill_integers(view, count, random);
  switch (use) {
    case Use::kNormWeight:
      return fill_reals(view, count, [&](std::int64_t) { return 1 + 0.1 * centred(); });
    case Use::kVariance:
      return fill_reals(view, count, [&](std::int64_t) { return 1 + 0.5 * centred(); });
    case Use::kFrequencies:  // As rotary embeddings are defined; random ones would be no positions.
      return fill_reals(view, count, [&](std::int64_t i) {
        return std::pow(10'000.0, -static_cast<double>(i) / static_cast<double>(count));
      });
    case Use::kProduct: {
      const double bound = 1 / std::sqrt(static_cast<double>(fan_in(view.type.shape)));
      return fill_reals(view, count, [&](std::int64_t) { return bound * centred(); });
    }
  }
}

std::uint64_t seed_of(const std::string& name, const TensorType& type, std::uint64_t seed) {
  return mix_seed(seed, hash_bytes(name, hash_bytes(to_text(type.shape))));
}

}  // namespace

Result<void> Weights::add(const std::string& name, HostTensor tensor) {
  return share(name, std::make_shared<const HostTensor>(std::move(tensor)));
}

Result<void> Weights::share(const std::string& name,
                            const std::shared_ptr<const HostTensor>& tensor) {
  if (!entries_.emplace(name, tensor).second) return Error::user("a second weight {}", name);
  return {};
}

void Weights::drop(const std::string& name) {
  ASSAY_CHECK_EQ(entries_.erase(name), 1U, "a weight is let go of where it is held");
}

Result<const HostTensor*> Weights::find(std::string_view name) const {
  if (const auto entry = entries_.find(name); entry != entries_.end()) return entry->second.get();
  std::vector<std::string> names;
  for (const auto& [known, tensor] : entries_)
    names.push_back(known);
  const std::string meant = nearest_name(name, names);  // Hundreds are known: not all are listed.
  if (meant.empty()) return Error::user("no weight {} among {}", name, names.size());
  return Error::user("no weight {} among {}; did you mean {}?", name, names.size(), meant);
}

Bytes Weights::size() const {
  return std::accumulate(entries_.begin(), entries_.end(), Bytes(0),
                         [](Bytes sum, const auto& entry) { return sum + entry.second->size(); });
}

Result<void> check_weights(const Graph& graph, const Weights& weights) {
  constexpr int kShownMax = 20;
  std::string complaints;
  int count = 0;
  ASSAY_TRY(const auto types, constant_types(graph));
  for (const NodeId id : graph.of_kind(NodeKind::kWeight)) {
    const std::string& name = graph.node(id).name;
    const TensorType& type = *types[index_of(id)];
    const Result<const HostTensor*> found = weights.find(name);
    if (found && (*found)->type() == type) continue;
    if (++count > kShownMax) continue;
    complaints +=
        found ? format("\n  {} is {}; expected {}", name, to_text((*found)->type()), to_text(type))
              : format("\n  {}", found.error().message());
  }
  if (count > kShownMax) complaints += format("\n  and {} more", count - kShownMax);
  if (count > 0) return Error::user("{} of the graph's weights do not fit:{}", count, complaints);
  return {};
}

Result<Weights> seeded_weights(const Graph& graph, std::uint64_t seed) {
  Weights weights;
  const std::vector<Use> uses = uses_of(graph);
  ASSAY_TRY(const auto types, constant_types(graph));
  for (const NodeId id : graph.of_kind(NodeKind::kWeight)) {
    const std::string& name = graph.node(id).name;
    const TensorType& type = *types[index_of(id)];
    ASSAY_TRY(HostTensor tensor, HostTensor::create(type).context("for weight {}", name));
    ASSAY_TRY(const std::int64_t count, tensor::element_count(type.shape));
    Random random(seed_of(name, type, seed));
    fill(tensor.view(), count, uses[index_of(id)], random);
    ASSAY_TRY_VOID(weights.add(name, std::move(tensor)));
  }
  return weights;
}

}  // namespace assay::graph
