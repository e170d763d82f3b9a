// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/conv_weights.h"

#include <algorithm>
#include <span>
#include <utility>

#include "engine/tensor/host_tensor.h"

namespace assay::cpu {

using graph::Node;
using graph::NodeKind;
using tensor::HostTensor;

Result<void> ConvWeights::adopt(const graph::Graph& graph, graph::Weights& weights) {
  std::set<std::string> multiplied;
  std::set<std::string> needed_as_is;
  for (const Node& node : graph.nodes()) {
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      const graph::NodeId operand = node.operands[i];
      if (operand == graph::kAbsent || graph.node(operand).kind != NodeKind::kWeight) continue;
      const bool is_multiplied = i == 1 && node.op->name == "conv2d";
      (is_multiplied ? multiplied : needed_as_is).insert(graph.node(operand).name);
    }
  }
  for (const graph::Output& output : graph.outputs()) {
    needed_as_is.insert(graph.node(output.node).name);
  }
  for (const std::string& name : multiplied) {
    if (has_adopted(name) || needed_as_is.contains(name)) continue;
    const auto entry = weights.entries().find(name);
    if (entry == weights.entries().end()) {
      return Error::bug("the convolutions' weight {} is neither with the model nor here", name);
    }
    forms_[name].dense = entry->second;
    adopted_.insert(name);
    weights.drop(name);
  }
  return {};
}

const float* ConvWeights::dense(const std::string& weight) const {
  const auto forms = forms_.find(weight);
  if (forms == forms_.end() || forms->second.dense == nullptr) return nullptr;
  return static_cast<const float*>(forms->second.dense->view().data);
}

std::span<const kernels::ConvWeight> ConvWeights::made(const std::string& weight) const {
  const auto forms = forms_.find(weight);
  if (forms == forms_.end()) return {};
  return forms->second.made;
}

void ConvWeights::keep(const std::string& weight, const kernels::ConvWeight& made) {
  Forms& forms = forms_[weight];
  forms.dense = nullptr;
  if (std::ranges::find(forms.made, made) == forms.made.end()) forms.made.push_back(made);
}

Result<std::shared_ptr<const HostTensor>> ConvWeights::as_given(const std::string& weight,
                                                                const tensor::TensorType& type) {
  Forms& forms = forms_.at(weight);
  if (forms.dense != nullptr) return forms.dense;
  ASSAY_TRY(HostTensor dense, HostTensor::create(type));
  ASSAY_TRY_VOID(forms.made.front().copy_to(dense.view().as<float>().data()));
  forms.dense = std::make_shared<const HostTensor>(std::move(dense));
  return forms.dense;
}

Bytes ConvWeights::size() const {
  Bytes sum;
  for (const auto& [name, forms] : forms_) {
    if (forms.dense != nullptr) sum = sum + forms.dense->size();
    for (const kernels::ConvWeight& made : forms.made) {
      sum = sum + Bytes(made.bytes());
    }
  }
  return sum;
}

}  // namespace assay::cpu
