// SPDX-License-Identifier: MIT
#include "oracle/model/plan_view.h"

#include <algorithm>
#include <tuple>

#include "engine/plan/sketch.h"

namespace assay::oracle {
namespace {

using backend::CompileMode;
using graph::Node;
using graph::NodeKind;
using plan::Segment;
using tensor::DType;
using tensor::TensorType;

constexpr std::array<std::string_view, kAxisCount> kAxisNames{
    "m", "n", "k", "batch", "heads", "queries", "keys", "head_width", "rows", "width", "elements"};

double elements_of(const TensorType& type) {
  double count = 1;
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    count *= static_cast<double>(type.shape[axis]);
  }
  return count;
}

bool accelerator_reads_strides(const backend::KernelRequest& request, int /*index*/) {
  return request.node.op->is_view || request.node.op->name == "attention";
}

/// Our row kernels want elements of a row side by side; convolutions want all of them.
bool cpu_reads_strides(const backend::KernelRequest& request, int index) {
  if (request.node.op->is_view) return true;
  if (class_of_op(request.node.op->name) == KernelClass::kConvolution) return false;
  const auto& operand = request.operands[static_cast<std::size_t>(index)];
  const int rank = operand->type.shape.rank();
  return rank == 0 || operand->type.shape[rank - 1] <= 1 || operand->strides[rank - 1] == 1;
}

/// What memory is known by: where a buffer stands in the arena, else which argument or weight.
using Where = std::tuple<Segment, std::int64_t>;

/// How long ago memory was touched, counted in distinct bytes: the most recent stands last.
class Recency {
 public:
  /// The distinct bytes since `where` was touched, itself included; all there are at first touch.
  double touch(const Where& where, double bytes) {
    double distance = 0;
    for (std::size_t i = stack_.size(); i-- > 0;) {
      distance += stack_[i].bytes;
      if (stack_[i].where != where) continue;
      distance += std::max(0.0, bytes - stack_[i].bytes);
      bytes = std::max(bytes, stack_[i].bytes);  // A part of it is near; the rest is not forgotten.
      stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(i));
      stack_.push_back({where, bytes});
      return distance;
    }
    stack_.push_back({where, bytes});
    return distance + bytes;
  }

 private:
  struct Touched {
    Where where;
    double bytes = 0;
  };
  std::vector<Touched> stack_;
};

/// Makes a view of a sketch.
class Viewer {
 public:
  Viewer(const plan::Sketch& sketch, const ViewOptions& options)
      : sketch_(sketch), options_(options) {}

  PlanView view();

 private:
  struct Used {
    TensorUse use;
    Where where;
  };
  double bytes_of(const TensorType& type) const;
  DType held_in(DType dtype) const;
  double narrowing() const;
  Where where_of(const plan::Place& place, graph::NodeId operand) const;
  void add_kernel(std::size_t index);
  KernelView copy_kernel(std::size_t index) const;
  std::vector<Used> uses_of(std::size_t index, const OpCount& count) const;
  void take_counted_bytes(std::vector<Used>& used, std::size_t states, const OpCount& count) const;
  void set_distances();
  void set_memory();

  const plan::Sketch& sketch_;
  const ViewOptions& options_;
  PlanView view_;
  std::vector<std::vector<Where>> where_;  ///< Of each use of each kernel.
};

DType Viewer::held_in(DType dtype) const {
  const bool is_cast = options_.style == PlanStyle::kAccelerator && dtype == DType::kF32;
  return is_cast ? options_.precision : dtype;
}

/// Of bytes that were counted as f32.
double Viewer::narrowing() const {
  return static_cast<double>(tensor::size_of(held_in(DType::kF32))) /
         static_cast<double>(tensor::size_of(DType::kF32));
}

double Viewer::bytes_of(const TensorType& type) const {
  return elements_of(type) * static_cast<double>(tensor::size_of(held_in(type.dtype)));
}

Where Viewer::where_of(const plan::Place& place, graph::NodeId operand) const {
  if (place.segment == Segment::kWeight) return {place.segment, static_cast<int>(operand)};
  if (place.segment != Segment::kBuffer) return {place.segment, place.index};
  return {place.segment, sketch_.plan.arena.offsets[static_cast<std::size_t>(place.index)]};
}

/// Extents that curves may ask for.
void set_extents(const Node& node, const std::vector<std::optional<TensorType>>& operands,
                 const TensorType& result, KernelView& kernel) {
  const auto set = [&](Axis axis, double extent) {
    kernel.extents[static_cast<std::size_t>(axis)] = extent;
  };
  const auto of = [&](std::size_t operand, int axis) {
    return static_cast<double>(operands[operand]->shape[axis]);
  };
  const double results = elements_of(result);
  const int rank = result.shape.rank();
  const double width = rank > 0 ? static_cast<double>(result.shape[rank - 1]) : 1;
  set(Axis::kElements, results);
  set(Axis::kWidth, width);
  set(Axis::kRows, width > 0 ? results / width : 0);
  if (node.op->name == "matmul") {
    const TensorType& a = *operands[0];
    const bool has_rows = rank > 1;
    const double rows = has_rows ? static_cast<double>(result.shape[rank - 2]) : 1;
    set(Axis::kM, rows);
    set(Axis::kN, width);
    set(Axis::kK, static_cast<double>(a.shape[a.shape.rank() - 1]));
    set(Axis::kBatch, rows * width > 0 ? results / (rows * width) : 0);
  } else if (kernel.kind == KernelClass::kProduct) {
    set(Axis::kM, of(1, 0) > 0 ? results / of(1, 0) : 0);
    set(Axis::kN, of(1, 0));
    set(Axis::kK, of(1, 1));
    set(Axis::kBatch, 1);
  } else if (kernel.kind == KernelClass::kConvolution) {
    set(Axis::kM, of(1, 0) > 0 ? results / of(1, 0) : 0);
    set(Axis::kN, of(1, 0));
    set(Axis::kK, of(1, 1) * of(1, 2) * of(1, 3));
    set(Axis::kBatch, 1);
  } else if (kernel.kind == KernelClass::kAttention) {
    set(Axis::kBatch, of(0, 0));
    set(Axis::kQueries, of(0, 1));
    set(Axis::kHeads, of(0, 2));
    set(Axis::kHeadWidth, of(0, 3));
    set(Axis::kKeys, of(1, 1));
    set(Axis::kM, of(0, 1));
    set(Axis::kN, of(1, 1));
    set(Axis::kK, of(0, 3));
  }
}

KernelView Viewer::copy_kernel(std::size_t index) const {
  KernelView kernel;
  kernel.op = "copy";
  kernel.name = sketch_.plan.steps[index].facts.name;
  const TensorType& type = sketch_.steps[index].type;
  kernel.multiplied = held_in(type.dtype);
  kernel.count.read_bytes = bytes_of(type);
  kernel.count.written_bytes = bytes_of(type);
  kernel.count.width = elements_of(type);
  kernel.extents[static_cast<std::size_t>(Axis::kElements)] = elements_of(type);
  return kernel;
}

/// Operands, states and the result. A state comes last but the result.
std::vector<Viewer::Used> Viewer::uses_of(std::size_t index, const OpCount& count) const {
  const plan::Step& step = sketch_.plan.steps[index];
  const graph::NodeId id = sketch_.steps[index].node;
  std::vector<graph::NodeId> ids(step.operands.size(), graph::kAbsent);
  if (id != graph::kAbsent) {
    std::size_t next = 0;
    for (const graph::NodeId operand : sketch_.graph.node(id).operands) {
      const bool is_state =
          operand != graph::kAbsent && sketch_.graph.node(operand).kind == NodeKind::kState;
      if (!is_state && next < ids.size()) ids[next++] = operand;
    }
  }
  std::vector<Used> used;
  for (std::size_t i = 0; i < step.operands.size(); ++i) {
    if (!step.operands[i]) continue;
    const plan::Place& place = *step.operands[i];
    const Where where = where_of(place, ids[i]);
    const bool is_seen =
        std::ranges::any_of(used, [&](const Used& other) { return other.where == where; });
    if (is_seen) continue;
    used.push_back(
        {{.bytes = bytes_of(place.type), .is_weight = place.segment == Segment::kWeight}, where});
  }
  for (const plan::Place& state : step.states) {
    used.push_back({{.bytes = bytes_of(state.type)}, where_of(state, graph::kAbsent)});
  }
  take_counted_bytes(used, step.states.size(), count);
  used.push_back({{.bytes = bytes_of(step.result.type), .is_written = true},
                  where_of(step.result, graph::kAbsent)});
  return used;
}

/// Whole tensors are not always read whole: of tables only rows, of states what is filled.
void Viewer::take_counted_bytes(std::vector<Used>& used, std::size_t states,
                                const OpCount& count) const {
  double weights = 0;
  double others = 0;
  const std::size_t first_state = used.size() - states;
  for (std::size_t i = 0; i < first_state; ++i) {
    (used[i].use.is_weight ? weights : others) += used[i].use.bytes;
  }
  const double counted = count.weight_bytes * narrowing();
  if (weights > counted) {
    for (Used& one : used) {
      if (one.use.is_weight) one.use.bytes *= counted / weights;
    }
  }
  for (std::size_t i = first_state; i < used.size(); ++i) {
    const double filled = std::max(0.0, count.read_bytes * narrowing() - others);
    used[i].use.bytes = filled / static_cast<double>(states);
  }
}

void Viewer::add_kernel(std::size_t index) {
  const plan::SketchedStep& step = sketch_.steps[index];
  KernelView kernel;
  if (step.is_copy) {
    kernel = copy_kernel(index);
  } else {
    const Node& node = sketch_.graph.node(step.node);
    kernel.op = node.op->name;
    kernel.name = node.name;
    kernel.kind = class_of_op(node.op->name);
    const CountedOp counted =
        count_op(sketch_.graph, step.node, sketch_.types, options_.assumptions);
    if (!counted.unsupported.empty()) {
      view_.unsupported.push_back({kernel.op, kernel.name, counted.unsupported});
      return;
    }
    kernel.count = counted.count;
    const auto operands = operand_types(node, sketch_.types);
    if (!operands.empty() && operands[0]) kernel.multiplied = held_in(operands[0]->dtype);
    set_extents(node, operands, step.type, kernel);
  }
  std::vector<Where> where;
  OpCount& count = kernel.count;
  const std::vector<Used> used = uses_of(index, count);
  count.weight_bytes = count.read_bytes = 0;  // As they are held, which may be narrower.
  for (const Used& one : used) {
    kernel.uses.push_back(one.use);
    where.push_back(one.where);
    if (one.use.is_written) continue;
    (one.use.is_weight ? count.weight_bytes : count.read_bytes) += one.use.bytes;
  }
  const double appended = std::max(
      0.0, count.written_bytes -
               elements_of(step.type) * static_cast<double>(tensor::size_of(step.type.dtype)));
  count.written_bytes = used.back().use.bytes + (step.is_copy ? 0 : appended * narrowing());
  view_.kernels.push_back(std::move(kernel));
  where_.push_back(std::move(where));
}

/// Two runs, one after the other: the distances of the second are those of every later one.
void Viewer::set_distances() {
  Recency recency;
  for (int run = 0; run < 2; ++run) {
    for (std::size_t i = 0; i < view_.kernels.size(); ++i) {
      for (std::size_t j = 0; j < where_[i].size(); ++j) {
        TensorUse& use = view_.kernels[i].uses[j];
        use.distance = recency.touch(where_[i][j], use.bytes);
      }
    }
  }
}

void Viewer::set_memory() {
  for (std::size_t i = 0; i < sketch_.graph.nodes().size(); ++i) {
    if (sketch_.graph.nodes()[i].kind == NodeKind::kWeight) {
      view_.weight_bytes += bytes_of(sketch_.types[i]);
    }
  }
  // A model as it is written keeps the weights of its convolutions as given; each kernel of our CPU
  // backend then has them once more, in a layout of its own. Every other mode holds them once.
  const bool is_packed = options_.style == PlanStyle::kCpu && view_.mode == CompileMode::kNone;
  for (const KernelView& kernel : view_.kernels) {
    if (is_packed && kernel.kind == KernelClass::kConvolution) {
      view_.packed_bytes += kernel.count.weight_bytes;
    }
  }
  const backend::Signature& signature = sketch_.plan.signature;
  for (const auto* arguments : {&signature.inputs, &signature.states, &signature.outputs}) {
    for (const auto& [name, type] : *arguments)
      view_.argument_bytes += bytes_of(type);
  }
  view_.arena_bytes = static_cast<double>(sketch_.plan.arena.size.count()) * narrowing();
}

PlanView Viewer::view() {
  view_.mode = options_.compile.mode;
  for (std::size_t i = 0; i < sketch_.steps.size(); ++i)
    add_kernel(i);
  set_distances();
  set_memory();
  for (const KernelView& kernel : view_.kernels)
    add(kernel.count, view_.sum);
  return std::move(view_);
}

}  // namespace

std::string_view to_text(Axis axis) {
  return kAxisNames[static_cast<std::size_t>(axis)];
}

double PlanView::unsupported_share() const {
  const auto all = static_cast<double>(kernels.size() + unsupported.size());
  return all > 0 ? static_cast<double>(unsupported.size()) / all : 0;
}

Result<PlanView> view_plan(const graph::Graph& graph, const graph::Bindings& bindings,
                           const ViewOptions& options) {
  const bool is_cpu = options.style == PlanStyle::kCpu;
  // Nothing is lacking: what has no count is listed, and the rest is predicted.
  const plan::SketchRules rules{
      .lacks = [](const Node&) { return std::optional<std::string>(); },
      .accepts_strides = is_cpu ? cpu_reads_strides : accelerator_reads_strides};
  ASSAY_TRY(const plan::Sketch sketch, plan::sketch_plan(graph, bindings, options.compile, rules));
  return Viewer(sketch, options).view();
}

}  // namespace assay::oracle
