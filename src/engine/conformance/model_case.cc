// SPDX-License-Identifier: MIT
#include "engine/conformance/model_case.h"

#include "core/hash.h"

namespace assay::conformance {

using tensor::HostTensor;

void fill(tensor::AnyView view, const ValueRule& rule, int run, std::uint64_t seed) {
  const std::int64_t count = *tensor::element_count(view.type.shape);
  const bool is_integer = tensor::unit_roundoff(view.type.dtype) == 0;
  Random random(mix_seed(seed, static_cast<std::uint64_t>(run)));
  for (std::int64_t i = 0; i < count; ++i) {
    double value = rule.low + (rule.high - rule.low) * random.uniform();
    if (is_integer) {
      const auto choices = static_cast<std::uint64_t>(rule.high - rule.low) + 1;
      value = rule.low + static_cast<double>(random.below(choices));
    }
    if (!rule.listed.empty()) {
      const auto& list = rule.listed[static_cast<std::size_t>(run) % rule.listed.size()];
      value = list[static_cast<std::size_t>(i) % list.size()];
    }
    store_element(view, i, value);
  }
}

std::uint64_t seed_of(const ModelCase& model, const std::string& name) {
  return hash_bytes(name, hash_bytes(model.name));
}

const ValueRule& rule_of(const ModelCase& model, const std::string& name) {
  static const ValueRule kByDefault;
  const auto rule = model.values.find(name);
  return rule == model.values.end() ? kByDefault : rule->second;
}

Result<graph::Weights> weights_of(const ModelCase& model) {
  graph::Weights weights;
  ASSAY_TRY(const auto types, graph::constant_types(model.graph));
  for (const graph::NodeId id : model.graph.of_kind(graph::NodeKind::kWeight)) {
    const std::string& name = model.graph.node(id).name;
    ASSAY_TRY(HostTensor tensor, HostTensor::create(*types[index_of(id)]));
    fill(tensor.view(), rule_of(model, name), 0, seed_of(model, name));
    ASSAY_TRY_VOID(weights.add(name, std::move(tensor)));
  }
  return weights;
}

}  // namespace assay::conformance
