// SPDX-License-Identifier: MIT
#include "lab/workload/model_check.h"

#include <algorithm>
#include <cstring>

#include "engine/tensor/comparison.h"

namespace assay::workload {
namespace {

using tensor::HostTensor;

/// Rounding of products adds up from layer to layer, in about as many as a model is deep; an op's
/// own tolerance times this has held for every model there is, and a wrong element is off by 1.
constexpr double kDepthFactor = 32;

/// The longest sum of any product: what the tolerance of one op depends on.
std::int64_t longest_sum(const graph::Graph& graph, const graph::NodeTypes& types) {
  std::int64_t longest = 1;
  for (const graph::Node& node : graph.nodes()) {
    if (node.kind != graph::NodeKind::kOp) continue;
    const bool is_product = node.op->name == "linear" || node.op->name == "matmul";
    if (!is_product && node.op->name != "conv2d") continue;
    const tensor::Dims& weight = types[index_of(node.operands[1])].shape;
    std::int64_t sum = 1;
    for (int axis = is_product ? weight.rank() - 1 : 1; axis < weight.rank(); ++axis) {
      sum *= weight[axis];
    }
    longest = std::max(longest, sum);
  }
  return longest;
}

}  // namespace

Result<ModelExpectation> expected_answer(const ModelAnswer& question,
                                         const backend::Registry& devices) {
  const bool is_small = question.products <= kReferenceProducts;
  ASSAY_TRY(const auto judge, devices.open(is_small ? "reference" : "cpu"));
  ASSAY_TRY(const graph::Bindings bindings, bindings_of(question.graph, question.sizes));
  ASSAY_TRY(const graph::NodeTypes types, infer_types(question.graph, bindings));
  ASSAY_TRY(const graph::Weights weights, graph::seeded_weights(question.graph, kModelSeed));
  ASSAY_TRY(const auto model,
            judge->load(question.graph, weights, {.mode = backend::CompileMode::kNone}));
  ASSAY_TRY(const auto executable, model->prepare(bindings));
  ASSAY_TRY(ModelArguments arguments,
            make_arguments(question.graph, types, question.sizes, question.input_seed));
  ASSAY_TRY_VOID(run_once(*executable, arguments));
  return ModelExpectation{
      .outputs = std::move(arguments.outputs),
      .method = is_small ? "every output element against the reference in fp64"
                         : "every output element against mode none, unpacked, by OpenBLAS",
      .tolerance = model_tolerance(longest_sum(question.graph, types))};
}

Verdict compare_with(const ModelExpectation& expected, std::span<const HostTensor> outputs) {
  Verdict verdict;
  verdict.method = expected.method;
  verdict.tolerance = expected.tolerance;
  verdict.correct = outputs.size() == expected.outputs.size();
  for (std::size_t i = 0; i < outputs.size() && verdict.correct; ++i) {
    if (outputs[i].type() != expected.outputs[i].type()) {
      verdict.correct = false;
      break;
    }
    const tensor::Difference difference =
        tensor::difference(outputs[i].view().as<float>(), expected.outputs[i].view().as<float>());
    verdict.error = std::max(verdict.error, difference.normalised);
    verdict.correct = difference.normalised <= verdict.tolerance;
  }
  return verdict;
}

Result<Verdict> check_model(const ModelAnswer& answer, const backend::Registry& devices) {
  ASSAY_TRY(const ModelExpectation expected, expected_answer(answer, devices));
  return compare_with(expected, answer.outputs);
}

double model_tolerance(std::int64_t longest_sum) {
  return kDepthFactor * tolerance_for(tensor::DType::kF32, longest_sum).normalised;
}

void spoil(HostTensor& tensor) {
  std::memset(tensor.bytes().data(), 0xFF, tensor.bytes().size());  // NaN in every float type.
}

std::optional<std::string> first_lacking(const backend::Device& device, const graph::Graph& graph,
                                         const graph::NodeTypes& types) {
  for (const graph::Node& node : graph.nodes()) {
    if (node.kind != graph::NodeKind::kOp) continue;
    const auto operands = operand_types(node, types);
    if (auto reason = device.lacks(node, graph::OperandTypes(operands))) return reason;
  }
  return std::nullopt;
}

const std::int32_t* past_of(const graph::Graph& graph, const ModelArguments& arguments) {
  const std::vector<graph::NodeId> inputs = graph.of_kind(graph::NodeKind::kInput);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (graph.node(inputs[i]).name != "past") continue;
    return reinterpret_cast<const std::int32_t*>(arguments.inputs[i].bytes().data());
  }
  return nullptr;
}

bool names_sequence(const graph::Graph& graph) {
  return std::ranges::count(graph::extent_names(graph), "sequence") > 0;
}

}  // namespace assay::workload
