// SPDX-License-Identifier: MIT
// A graph for given sizes becomes a plan: steps in an order in which they can be done, a kernel for
// each, and a place for every result. Views cost nothing; a copy is put in only where a kernel
// cannot read the strides it would get. Nothing is decided while the plan runs.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/backend/kernel.h"
#include "engine/plan/arena.h"

namespace assay::plan {

/// What a place is in. Weights are at fixed addresses; the others are known when a run begins.
enum class Segment : std::uint8_t { kBuffer, kInput, kState, kOutput, kWeight };

struct Place {
  Segment segment = Segment::kBuffer;
  int index = 0;            ///< Of the buffer, input, state or output.
  std::int64_t offset = 0;  ///< Bytes.
  const std::byte* weight = nullptr;
  tensor::TensorType type;
  tensor::Dims strides;
  std::shared_ptr<const backend::PrivateLayout> layout = nullptr;  ///< Null: as strides say.
};

struct Step {
  std::unique_ptr<backend::Kernel> kernel;
  backend::StepFacts facts;
  std::vector<std::optional<Place>> operands;  ///< Absent ones, and weights the factory
                                               ///< adopted, have no memory.
  std::vector<Place> states;
  Place result;
  int scratch_buffer = -1;  ///< Index of a buffer; -1 without.
};

struct Plan {
  std::vector<Step> steps;
  std::vector<Lifetime> buffers;
  Arena arena;
  backend::Signature signature;
};

/// `weights` must outlive the plan wherever a kernel does not own what it reads.
Result<Plan> make_plan(const graph::Graph& graph, const graph::NodeTypes& types,
                       const graph::Weights& weights, backend::KernelFactory& factory);

}  // namespace assay::plan
