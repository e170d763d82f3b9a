// SPDX-License-Identifier: MIT
#include "engine/plan/plan.h"

#include <algorithm>

#include "engine/plan/views.h"

namespace assay::plan {
namespace {

using backend::KernelRequest;
using graph::Graph;
using graph::Node;
using graph::NodeId;
using graph::NodeKind;
using graph::NodeTypes;

class Planner {
 public:
  Planner(const Graph& graph, const NodeTypes& types, const graph::Weights& weights,
          backend::KernelFactory& factory)
      : graph_(graph), types_(types), weights_(weights), factory_(factory) {
    places_.resize(graph.nodes().size());
  }

  Result<Plan> make();

 private:
  Result<void> place_sources();
  void choose_output_buffers();
  Result<void> add_step(NodeId id);
  bool place_as_view(NodeId id);
  Place new_result(NodeId id, const backend::Kernel& kernel);
  Place new_buffer(const tensor::TensorType& type, Bytes size);
  Place new_buffer(const tensor::TensorType& type);
  Result<Place> in_order(const Place& place, const std::string& name);
  KernelRequest request_for(NodeId id) const;
  Result<Place> readable(const KernelRequest& request, int index, const Place& place);
  Result<void> finish_outputs();
  void touch(const Place& place);
  int step_count() const { return static_cast<int>(plan_.steps.size()); }

  const Graph& graph_;
  const NodeTypes& types_;
  const graph::Weights& weights_;
  backend::KernelFactory& factory_;
  std::vector<Place> places_;          // Of every node's result.
  std::vector<int> written_directly_;  // Output index a node's result is made in, or -1.
  Plan plan_;
};

Place dense_place(Segment segment, int index, const tensor::TensorType& type) {
  return {.segment = segment,
          .index = index,
          .offset = 0,
          .weight = nullptr,
          .type = type,
          .strides = tensor::row_major_strides(type.shape)};
}

Result<void> Planner::place_sources() {
  int inputs = 0;
  int states = 0;
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    const Node& node = graph_.nodes()[i];
    if (node.kind == NodeKind::kInput) {
      places_[i] = dense_place(Segment::kInput, inputs++, types_[i]);
    } else if (node.kind == NodeKind::kState) {
      places_[i] = dense_place(Segment::kState, states++, types_[i]);
    } else if (node.kind == NodeKind::kWeight) {
      places_[i] = dense_place(Segment::kWeight, 0, types_[i]);
      // A weight that a kernel has packed may be gone.
      const auto tensor = weights_.entries().find(node.name);
      if (tensor != weights_.entries().end()) {
        places_[i].weight = tensor->second->bytes().data();
      }
    }
  }
  return {};
}

/// The first output of a node's dense result is where the result is made; other outputs, and views,
/// are copied at the end.
void Planner::choose_output_buffers() {
  written_directly_.assign(graph_.nodes().size(), -1);
  for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
    const std::size_t node = index_of(graph_.outputs()[i].node);
    const Node& source = graph_.nodes()[node];
    if (source.kind == NodeKind::kOp && !source.op->is_view && written_directly_[node] < 0) {
      written_directly_[node] = static_cast<int>(i);
    }
  }
}

Place Planner::new_buffer(const tensor::TensorType& type, Bytes size) {
  plan_.buffers.push_back({.size = size, .first_step = step_count(), .last_step = step_count()});
  return dense_place(Segment::kBuffer, static_cast<int>(plan_.buffers.size()) - 1, type);
}

Place Planner::new_buffer(const tensor::TensorType& type) {
  const std::int64_t count = *tensor::element_count(type.shape);
  return new_buffer(type, Bytes(count * tensor::size_of(type.dtype)));
}

Place Planner::new_result(NodeId id, const backend::Kernel& kernel) {
  const int output = written_directly_[index_of(id)];
  const tensor::TensorType& type = types_[index_of(id)];
  const auto layout = kernel.result_layout();
  if (output >= 0) {
    ASSAY_CHECK(layout == nullptr, "an output of the graph is dense, as it was asked for");
    return dense_place(Segment::kOutput, output, type);
  }
  if (layout == nullptr) return new_buffer(type);
  Place place = new_buffer(type, layout->size());
  place.layout = layout;
  return place;
}

/// The step about to be added reads `place`.
void Planner::touch(const Place& place) {
  if (place.segment != Segment::kBuffer) return;
  plan_.buffers[static_cast<std::size_t>(place.index)].last_step = step_count();
}

/// `place` as strides say: out of a private layout where it has one.
Result<Place> Planner::in_order(const Place& place, const std::string& name) {
  if (place.layout == nullptr) return place;
  Step step;
  ASSAY_TRY(step.kernel, factory_.make_reorder({.type = place.type,
                                                .strides = place.strides,
                                                .weight = "",
                                                .data = nullptr,
                                                .layout = place.layout}));
  step.facts = {.op = "reorder", .name = name, .kernel = step.kernel->name()};
  step.operands = {place};
  touch(place);
  step.result = new_buffer(place.type);
  const Place result = step.result;
  plan_.steps.push_back(std::move(step));
  return result;
}

bool Planner::place_as_view(NodeId id) {
  const Node& node = graph_.node(id);
  if (!node.op->is_view) return false;
  const Place& base = places_[index_of(node.operands[0])];
  if (base.layout != nullptr) return false;
  if (base.segment == Segment::kWeight && base.weight == nullptr) return false;
  const tensor::TensorType& type = types_[index_of(id)];
  const auto placement =
      view_of(node, base.type.shape, {.offset = 0, .strides = base.strides}, type.shape);
  if (!placement) return false;
  Place place = base;
  place.offset += placement->offset * tensor::size_of(type.dtype);
  place.type = type;
  place.strides = placement->strides;
  places_[index_of(id)] = place;
  return true;
}

/// `place`, or a dense copy of it where the kernel cannot read its strides.
Result<Place> Planner::readable(const KernelRequest& request, int index, const Place& place) {
  if (place.layout != nullptr) {
    if (factory_.accepts_layout(request, index)) return place;
    return in_order(place, request.node.name);
  }
  if (is_dense(place.type, place.strides)) {
    Place dense = place;  // Extents of 1 may have any stride; kernels ask for row-major ones.
    dense.strides = tensor::row_major_strides(place.type.shape);
    return dense;
  }
  if (factory_.accepts_strides(request, index)) return place;
  Step copy;
  copy.kernel = factory_.make_copy(place.type);
  copy.facts = {.op = "copy", .name = request.node.name, .kernel = copy.kernel->name()};
  copy.operands = {place};
  touch(place);
  copy.result = new_buffer(place.type);
  const Place result = copy.result;
  plan_.steps.push_back(std::move(copy));
  return result;
}

KernelRequest Planner::request_for(NodeId id) const {
  const Node& node = graph_.node(id);
  KernelRequest request{.node = node, .operands = {}, .result = types_[index_of(id)]};
  request.wants_dense_result = written_directly_[index_of(id)] >= 0;
  for (const NodeId operand : node.operands) {
    if (operand == graph::kAbsent) {
      request.operands.emplace_back();
      continue;
    }
    const Place& place = places_[index_of(operand)];
    const Node& source = graph_.node(operand);
    // A view of a weight is copied before it is read, or begins elsewhere: no weight to pack.
    const bool is_whole = is_dense(place.type, place.strides) && place.offset == 0;
    request.operands.push_back(
        backend::OperandSite{.type = place.type,
                             .strides = place.strides,
                             .weight = source.kind == NodeKind::kWeight ? source.name : "",
                             .data = is_whole ? place.weight : nullptr,
                             .layout = place.layout});
  }
  return request;
}

Result<void> Planner::add_step(NodeId id) {
  const Node& node = graph_.node(id);
  if (node.op->is_view) {  // Views are of what lies in order.
    Place& base = places_[index_of(node.operands[0])];
    ASSAY_TRY(base, in_order(base, node.name));
  }
  if (place_as_view(id)) return {};
  KernelRequest request = request_for(id);
  Step step;
  for (std::size_t i = 0; i < node.operands.size(); ++i) {
    const NodeId operand = node.operands[i];
    if (operand == graph::kAbsent) {
      step.operands.emplace_back();
      continue;
    }
    const Place place = places_[index_of(operand)];
    if (graph_.node(operand).kind == NodeKind::kState) {
      step.states.push_back(place);
      continue;
    }
    ASSAY_TRY(Place where, readable(request, static_cast<int>(i), place));
    request.operands[i]->strides = where.strides;
    request.operands[i]->layout = where.layout;
    step.operands.emplace_back(std::move(where));
  }
  ASSAY_TRY(step.kernel, factory_.make(request).context("for {} {}", node.op->name, node.name));
  for (const auto& operand : step.operands) {
    if (operand) touch(*operand);
  }
  step.result = new_result(id, *step.kernel);
  if (step.kernel->scratch().count() > 0) {
    plan_.buffers.push_back(
        {.size = step.kernel->scratch(), .first_step = step_count(), .last_step = step_count()});
    step.scratch_buffer = static_cast<int>(plan_.buffers.size()) - 1;
  }
  step.facts = {.op = std::string(node.op->name),
                .name = node.name,
                .kernel = step.kernel->name(),
                .choice = step.kernel->choice()};
  places_[index_of(id)] = step.result;
  plan_.steps.push_back(std::move(step));
  return {};
}

Result<void> Planner::finish_outputs() {
  for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
    const std::size_t node = index_of(graph_.outputs()[i].node);
    if (written_directly_[node] == static_cast<int>(i)) continue;
    ASSAY_TRY(places_[node], in_order(places_[node], graph_.outputs()[i].name));
    Step copy;
    copy.kernel = factory_.make_copy(types_[node]);
    copy.facts = {.op = "copy", .name = graph_.outputs()[i].name, .kernel = copy.kernel->name()};
    copy.operands = {places_[node]};
    touch(places_[node]);
    copy.result = dense_place(Segment::kOutput, static_cast<int>(i), types_[node]);
    plan_.steps.push_back(std::move(copy));
  }
  return {};
}

Result<Plan> Planner::make() {
  plan_.signature = backend::signature_of(graph_, types_);
  choose_output_buffers();
  ASSAY_TRY_VOID(place_sources());
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    if (graph_.nodes()[i].kind != NodeKind::kOp) continue;
    ASSAY_TRY_VOID(add_step(static_cast<NodeId>(i)));
  }
  ASSAY_TRY_VOID(finish_outputs());
  plan_.arena = lay_out(plan_.buffers);
  return std::move(plan_);
}

}  // namespace

Result<Plan> make_plan(const Graph& graph, const NodeTypes& types, const graph::Weights& weights,
                       backend::KernelFactory& factory) {
  ASSAY_CHECK_EQ(graph.nodes().size(), types.size(), "types are those of the graph");
  return Planner(graph, types, weights, factory).make();
}

}  // namespace assay::plan
