// SPDX-License-Identifier: MIT
#include "djinn/client/lazy_tensor.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "djinn/wire/content_id.h"
#include "djinn/wire/graph_message.h"
#include "engine/graph/canonical.h"
#include "engine/graph/types.h"

namespace assay::djinn {

using graph::NodeKind;
using tensor::HostTensor;
using tensor::TensorType;

/// A leaf with its data, or an op over others; or what was wrong with it.
struct Expression {
  NodeKind kind = NodeKind::kOp;
  std::shared_ptr<CaptureState> capture;
  TensorType type = {};
  std::shared_ptr<const HostTensor> data = nullptr;  ///< Of a leaf.
  ContentId content = {};                            ///< Of a weight.
  std::string op = {};
  std::vector<std::shared_ptr<const Expression>> operands = {};
  graph::Attributes attributes = {};
  std::optional<Error> error = {};

  Expression() = default;
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  /// One after the other: a long chain would end deep in the stack.
  ~Expression() {
    std::vector<std::shared_ptr<const Expression>> last = std::move(operands);
    while (!last.empty()) {
      const std::shared_ptr<const Expression> one = std::move(last.back());
      last.pop_back();
      if (one == nullptr || one.use_count() > 1) continue;
      auto& below = const_cast<Expression&>(*one).operands;  // Nobody else sees it any more.
      std::ranges::move(below, std::back_inserter(last));
      below.clear();
    }
  }
};

/// Models that were shipped, by what they calculate; weights, by their content.
class CaptureState {
 public:
  explicit CaptureState(const Client& client) : client_(client) {}

  struct Captured {
    graph::Graph graph;
    std::vector<const Expression*> inputs;   ///< In the order of their names.
    std::vector<const Expression*> weights;  ///< The same.
  };
  Result<std::vector<HostTensor>> values(std::span<const LazyTensor> tensors);
  std::shared_ptr<const HostTensor> share(const ContentId& id, HostTensor tensor);
  std::size_t shipped() const { return models_.size(); }

 private:
  Result<Model*> model_of(const Captured& captured);

  Client client_;
  std::map<std::string, Model> models_;
  std::map<ContentId, std::weak_ptr<const HostTensor>> weights_;
};

namespace {

constexpr std::size_t kNodesMax = GraphLimits().nodes_max;

std::vector<graph::Extent> extents_of(const TensorType& type) {
  std::vector<graph::Extent> extents;
  for (int axis = 0; axis < type.shape.rank(); ++axis)
    extents.emplace_back(type.shape[axis]);
  return extents;
}

std::string input_name(std::size_t index) {
  return format("x{}", index);
}
std::string weight_name(std::size_t index) {
  return format("w{}", index);
}

/// The type of one op, by the rules that hold for any graph: of a graph of its own.
Result<TensorType> infer(const Expression& made) {
  ASSAY_TRY(const graph::OpDefinition* const definition, graph::find_op(made.op));
  graph::Graph alone;
  graph::Node node{.op = definition, .attributes = made.attributes};
  for (std::size_t i = 0; i < made.operands.size(); ++i) {
    const TensorType& type = made.operands[i]->type;
    node.operands.push_back(alone.input(input_name(i), type.dtype, extents_of(type)));
  }
  ASSAY_TRY(std::ignore, alone.append(std::move(node)));
  ASSAY_TRY(const graph::NodeTypes types, graph::infer_types(alone, {}));
  return types.back();
}

/// "matmul of f32 2x3 and f32 4x5"
std::string described(const Expression& made) {
  std::string text = made.op;
  for (std::size_t i = 0; i < made.operands.size(); ++i) {
    const auto& operand = *made.operands[i];
    text += format(" {} {}", i == 0 ? "of" : "and",
                   operand.error ? std::string("what is wrong itself") : to_text(operand.type));
  }
  return text;
}

/// Every expression that the values need, each once, behind its operands.
Result<std::vector<const Expression*>> in_order(std::span<const LazyTensor> tensors) {
  std::vector<const Expression*> order;
  std::unordered_map<const Expression*, bool> is_done;  // Absent: not seen.
  std::vector<const Expression*> open;
  for (const LazyTensor& tensor : tensors)
    open.push_back(tensor.expression().get());
  std::ranges::reverse(open);
  while (!open.empty()) {
    const Expression* const next = open.back();
    if (const auto [at, is_new] = is_done.try_emplace(next, false); !is_new) {
      open.pop_back();
      if (!std::exchange(at->second, true)) order.push_back(next);
      continue;
    }
    if (is_done.size() > kNodesMax) {
      return Error::user("an expression of more than {} ops; take the value() of a part first",
                         kNodesMax);
    }
    for (auto operand = next->operands.rbegin(); operand != next->operands.rend(); ++operand) {
      if (!is_done.contains(operand->get())) open.push_back(operand->get());
    }
  }
  return order;
}

Result<CaptureState::Captured> captured(std::span<const LazyTensor> tensors) {
  for (const LazyTensor& tensor : tensors) {
    if (tensor.error()) return *tensor.error();
  }
  ASSAY_TRY(const auto order, in_order(tensors));
  CaptureState::Captured made;
  std::unordered_map<const Expression*, graph::NodeId> ids;
  std::map<ContentId, graph::NodeId> weights;
  for (const Expression* one : order) {
    if (one->kind == NodeKind::kInput) {
      ids[one] =
          made.graph.input(input_name(made.inputs.size()), one->type.dtype, extents_of(one->type));
      made.inputs.push_back(one);
    } else if (one->kind == NodeKind::kWeight) {
      if (const auto same = weights.find(one->content); same != weights.end()) {
        ids[one] = same->second;
        continue;
      }
      ids[one] = made.graph.weight(weight_name(made.weights.size()), one->type);
      weights.emplace(one->content, ids[one]);
      made.weights.push_back(one);
    } else {
      std::vector<graph::NodeId> operands;
      for (const auto& operand : one->operands)
        operands.push_back(ids.at(operand.get()));
      ids[one] = made.graph.op(one->op, std::move(operands), one->attributes);
    }
  }
  for (std::size_t i = 0; i < tensors.size(); ++i)
    made.graph.output(format("y{}", i), ids.at(tensors[i].expression().get()));
  return made;
}

LazyTensor leaf(NodeKind kind, std::shared_ptr<CaptureState> capture,
                const tensor::ConstAnyView& view) {
  auto made = std::make_shared<Expression>();
  made->kind = kind;
  made->capture = std::move(capture);
  made->type = view.type;
  auto copy = HostTensor::copy_of(view);
  if (!copy) {
    made->error = copy.error();
    return LazyTensor(std::move(made));
  }
  if (kind == NodeKind::kWeight) {
    made->content = content_id(std::as_const(*copy).view());
    made->data = made->capture->share(made->content, *std::move(copy));
  } else {
    made->data = std::make_shared<const HostTensor>(*std::move(copy));
  }
  return LazyTensor(std::move(made));
}

LazyTensor activation(const LazyTensor& x, std::string kind) {
  return apply("activation", {{x}}, {{"kind", std::move(kind)}});
}

}  // namespace

std::shared_ptr<const HostTensor> CaptureState::share(const ContentId& id, HostTensor tensor) {
  std::weak_ptr<const HostTensor>& known = weights_[id];
  if (auto same = known.lock()) return same;
  auto shared = std::make_shared<const HostTensor>(std::move(tensor));
  known = shared;
  return shared;
}

Result<Model*> CaptureState::model_of(const Captured& captured) {
  std::string key = graph::fingerprint(captured.graph);
  for (const Expression* weight : captured.weights)
    key += to_hex(weight->content.bytes);
  if (const auto known = models_.find(key); known != models_.end()) return &known->second;
  graph::Weights weights;
  for (std::size_t i = 0; i < captured.weights.size(); ++i)
    ASSAY_TRY_VOID(weights.share(weight_name(i), captured.weights[i]->data));
  ASSAY_TRY(Model model, client_.load(captured.graph, weights, {.name = "captured"}));
  return &models_.emplace(std::move(key), std::move(model)).first->second;
}

Result<std::vector<HostTensor>> CaptureState::values(std::span<const LazyTensor> tensors) {
  ASSAY_TRY(const Captured made, captured(tensors));
  ASSAY_TRY(Model* const model, model_of(made));
  NamedInputs inputs;
  for (std::size_t i = 0; i < made.inputs.size(); ++i)
    inputs.emplace_back(input_name(i), made.inputs[i]->data->view());
  ASSAY_TRY(const CallResult result, model->call(inputs));
  if (result.outputs.count() != tensors.size()) {
    return Error::environment("the server answered {} values; expected {}", result.outputs.count(),
                              tensors.size());
  }
  std::vector<HostTensor> values;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    ASSAY_TRY(HostTensor value, HostTensor::copy_of(result.outputs.view(i)));
    values.push_back(std::move(value));
  }
  return values;
}

const std::optional<Error>& LazyTensor::error() const {
  return expression_->error;
}

const TensorType& LazyTensor::type() const {
  ASSAY_CHECK(!error(), "the type of a tensor that is wrong is asked for");
  return expression_->type;
}

Result<HostTensor> LazyTensor::value() const {
  ASSAY_TRY(std::vector<HostTensor> values, expression_->capture->values({{*this}}));
  return std::move(values.front());
}

LazyTensor LazyTensor::matmul(const LazyTensor& right) const {
  return apply("matmul", {{*this, right}});
}

LazyTensor LazyTensor::permute(graph::Integers axes) const {
  return apply("permute", {{*this}}, {{"axes", std::move(axes)}});
}

LazyTensor LazyTensor::reshape(graph::Integers shape) const {
  return apply("reshape", {{*this}}, {{"shape", std::move(shape)}});
}

LazyTensor operator+(const LazyTensor& left, const LazyTensor& right) {
  return apply("add", {{left, right}});
}

LazyTensor operator*(const LazyTensor& left, const LazyTensor& right) {
  return apply("multiply", {{left, right}});
}

LazyTensor relu(const LazyTensor& x) {
  return activation(x, "relu");
}

LazyTensor gelu(const LazyTensor& x) {
  return activation(x, "gelu");
}

LazyTensor silu(const LazyTensor& x) {
  return activation(x, "silu");
}

LazyTensor softmax(const LazyTensor& x) {
  return apply("softmax", {{x}});
}

LazyTensor linear(const LazyTensor& x, const LazyTensor& weight, const LazyTensor& bias) {
  return apply("linear", {{x, weight, bias}});
}

LazyTensor layer_norm(const LazyTensor& x, const LazyTensor& weight, const LazyTensor& bias) {
  return apply("layer_norm", {{x, weight, bias}});
}

LazyTensor apply(std::string_view op, std::span<const LazyTensor> operands,
                 graph::Attributes attributes) {
  ASSAY_CHECK(!operands.empty(), "an op without operands belongs to no capture");
  auto made = std::make_shared<Expression>();
  made->capture = operands.front().expression()->capture;
  made->op = op;
  made->attributes = std::move(attributes);
  for (const LazyTensor& operand : operands) {
    if (operand.error()) {
      made->error = operand.error();  // The first thing that was wrong says it all.
      return LazyTensor(std::move(made));
    }
    if (operand.expression()->capture != made->capture) {
      made->error = Error::user("{} over tensors of two captures; expected those of one", op);
      return LazyTensor(std::move(made));
    }
    made->operands.push_back(operand.expression());
  }
  auto type = infer(*made).context("capturing {}", described(*made));
  if (type) {
    made->type = *type;
  } else {
    made->error = type.error();
  }
  return LazyTensor(std::move(made));
}

Capture::Capture(const Client& client) : state_(std::make_shared<CaptureState>(client)) {}

LazyTensor Capture::input(const tensor::ConstAnyView& view) {
  return leaf(NodeKind::kInput, state_, view);
}

LazyTensor Capture::weight(const tensor::ConstAnyView& view) {
  return leaf(NodeKind::kWeight, state_, view);
}

Result<std::vector<HostTensor>> Capture::values(std::span<const LazyTensor> tensors) {
  if (tensors.empty()) return std::vector<HostTensor>();
  return state_->values(tensors);
}

Result<graph::Graph> Capture::graph_of(std::span<const LazyTensor> tensors) const {
  ASSAY_TRY(CaptureState::Captured made, captured(tensors));
  return std::move(made.graph);
}

std::size_t Capture::graphs_shipped() const {
  return state_->shipped();
}

}  // namespace assay::djinn
