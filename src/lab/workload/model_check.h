// SPDX-License-Identifier: MIT
// The correctness gate of whole models: every output element against another calculation of the
// same graph with the same numbers. Small models are judged by the reference kernels in fp64;
// beyond kReferenceProducts that would take longer than the measurement, and the judge is the CPU
// in mode none, which multiplies unpacked by OpenBLAS and shares no fused kernel with what is
// judged (each of its kernels is compared with the reference by the conformance suite).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/backend/registry.h"
#include "lab/workload/model_inputs.h"
#include "lab/workload/workload.h"

namespace assay::workload {

inline constexpr std::uint64_t kModelSeed = 1;  ///< Of the weights: the same on every device.
inline constexpr double kReferenceProducts = 3e9;

/// A model's answer, and what it was asked.
struct ModelAnswer {
  const graph::Graph& graph;
  ModelSizes sizes;
  std::uint64_t input_seed = 0;
  std::span<const tensor::HostTensor> outputs;
  double products = 0;  ///< Multiply-adds times two.
};
/// The judges are `reference` and `cpu` of `devices`.
Result<Verdict> check_model(const ModelAnswer& answer, const backend::Registry& devices);

/// What a judge says to a question (an answer whose outputs are not looked at), kept where several
/// answers to it are compared.
struct ModelExpectation {
  std::vector<tensor::HostTensor> outputs;
  std::string method;
  double tolerance = 0;
};
Result<ModelExpectation> expected_answer(const ModelAnswer& question,
                                         const backend::Registry& devices);
Verdict compare_with(const ModelExpectation& expected, std::span<const tensor::HostTensor> outputs);

/// What rounding explains of a whole model whose longest sum of products has so many terms.
double model_tolerance(std::int64_t longest_sum);
/// Makes every element a NaN or a value that no model gives.
void spoil(tensor::HostTensor& tensor);
/// The reason of the first op that the device cannot calculate.
std::optional<std::string> first_lacking(const backend::Device& device, const graph::Graph& graph,
                                         const graph::NodeTypes& types);
/// The first row of the input `past`; null where the model has none.
const std::int32_t* past_of(const graph::Graph& graph, const ModelArguments& arguments);
/// Whether an extent of the graph's inputs is called `sequence`.
bool names_sequence(const graph::Graph& graph);

}  // namespace assay::workload
