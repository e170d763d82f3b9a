// SPDX-License-Identifier: MIT
#include "engine/backends/torch/plugin/torch_model.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/script.h>
#include <torch/version.h>

#include <set>

#include "core/nearest.h"
#include "engine/backends/torch/plugin/aten_ops.h"
#include "engine/graph/canonical.h"
#include "engine/graph/passes/pass_list.h"

extern "C" void sgemm_();  // Whoever gives LibTorch its matrix products.

namespace assay::torch_backend {
namespace {

using at::Tensor;
using backend::CompileMode;
using graph::Graph;
using graph::NodeId;
using graph::NodeKind;

/// LibTorch's exceptions end here. TorchScript wraps the message into a trace of its own.
std::string message_of(const std::exception& failure) {
  const auto* own = dynamic_cast<const c10::Error*>(&failure);
  std::string text = own != nullptr ? own->what_without_backtrace() : failure.what();
  if (const std::size_t last = text.rfind("Error: "); last != std::string::npos) {
    text = text.substr(last + 7);
  }
  return text.substr(0, text.find('\n'));
}

template <class Function>
Result<void> guarded(std::string_view what, Function&& function) {
  try {
    function();
    return {};
  } catch (const std::exception& failure) {
    return Error::user("{}: {}", what, message_of(failure));
  }
}

Tensor tensor_at(const void* data, const tensor::TensorType& type) {
  return at::from_blob(const_cast<void*>(data), sizes_of(type.shape), scalar_type_of(type.dtype));
}

/// A graph, and the tensors of what it makes of weights alone: calculated once, as a user would.
struct Model {
  Graph graph;
  backend::CompileOptions options;
  std::vector<Tensor> constants;  ///< By node; those that a run needs.
  Bytes weight_bytes;
};

/// Calculates a graph node by node.
class Interpreter {
 public:
  Interpreter(std::shared_ptr<const Model> model, graph::NodeTypes types)
      : model_(std::move(model)), types_(std::move(types)) {
    const auto& nodes = model_->graph.nodes();
    dead_after_.resize(nodes.size());
    std::vector<std::size_t> last(nodes.size(), 0);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      for (const NodeId operand : nodes[i].operands) {
        if (operand != graph::kAbsent) last[index_of(operand)] = i;
      }
    }
    for (const graph::Output& output : model_->graph.outputs())
      last[index_of(output.node)] = nodes.size();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].kind == NodeKind::kOp && last[i] > i && last[i] < nodes.size()) {
        dead_after_[last[i]].push_back(i);
      }
    }
  }

  const graph::NodeTypes& types() const { return types_; }

  /// `arguments`: inputs, then states.
  std::vector<Tensor> operator()(const std::vector<Tensor>& arguments) const {
    const Graph& graph = model_->graph;
    std::vector<Tensor> values = model_->constants;
    std::size_t next = 0;
    for (const NodeKind kind : {NodeKind::kInput, NodeKind::kState}) {
      for (const NodeId id : graph.of_kind(kind))
        values[index_of(id)] = arguments[next++];
    }
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      if (values[i].defined() || graph.nodes()[i].kind != NodeKind::kOp) continue;
      if (is_constant_[i]) continue;  // One that no run needs.
      values[i] = calculate(i, values);
      for (const std::size_t dead : dead_after_[i])
        values[dead] = Tensor();
    }
    std::vector<Tensor> outputs;
    for (const graph::Output& output : graph.outputs())
      outputs.push_back(values[index_of(output.node)]);
    return outputs;
  }

 private:
  Tensor calculate(std::size_t index, const std::vector<Tensor>& values) const {
    const graph::Node& node = model_->graph.nodes()[index];
    std::vector<Tensor> operands;
    for (const NodeId operand : node.operands)
      operands.push_back(operand == graph::kAbsent ? Tensor() : values[index_of(operand)]);
    return call_aten({.node = node, .operands = operands, .result = types_[index]});
  }

  std::shared_ptr<const Model> model_;
  graph::NodeTypes types_;
  std::vector<bool> is_constant_ = graph::constant_nodes(model_->graph);
  std::vector<std::vector<std::size_t>> dead_after_;  ///< Results to let go of, by node.
};

/// What both kinds of executable share: memory in, memory out.
class TorchExecutable : public backend::Executable {
 public:
  TorchExecutable(backend::Signature signature, backend::ExecutableFacts facts, int threads)
      : signature_(std::move(signature)), facts_(std::move(facts)), threads_(threads) {}

  Result<void> run(const backend::RunArguments& arguments) override {
    ASSAY_TRY_VOID(check_arguments(signature_, arguments));
    return guarded("LibTorch, running", [&] {
      const c10::InferenceMode inference;
      if (at::get_num_threads() != threads_) at::set_num_threads(threads_);
      std::vector<Tensor> tensors;
      for (const auto& view : arguments.inputs)
        tensors.push_back(tensor_at(view.data, view.type));
      for (const auto& view : arguments.states)
        tensors.push_back(tensor_at(view.data, view.type));
      const std::vector<Tensor> results = calculate(tensors);
      for (std::size_t i = 0; i < results.size(); ++i)
        tensor_at(arguments.outputs[i].data, arguments.outputs[i].type).copy_(results[i]);
    });
  }
  const backend::Signature& signature() const override { return signature_; }
  const backend::ExecutableFacts& facts() const override { return facts_; }

 private:
  virtual std::vector<Tensor> calculate(const std::vector<Tensor>& arguments) = 0;

  backend::Signature signature_;
  backend::ExecutableFacts facts_;
  int threads_;
};

class EagerExecutable : public TorchExecutable {
 public:
  EagerExecutable(Interpreter interpreter, backend::Signature signature,
                  backend::ExecutableFacts facts, int threads)
      : TorchExecutable(std::move(signature), std::move(facts), threads),
        interpreter_(std::move(interpreter)) {}

 private:
  std::vector<Tensor> calculate(const std::vector<Tensor>& arguments) override {
    return interpreter_(arguments);
  }
  Interpreter interpreter_;
};

std::vector<Tensor> tensors_of(const c10::IValue& value) {
  if (value.isTensor()) return {value.toTensor()};
  std::vector<Tensor> tensors;
  for (const c10::IValue& element : value.toTupleRef().elements())
    tensors.push_back(element.toTensor());
  return tensors;
}

class ScriptExecutable : public TorchExecutable {
 public:
  ScriptExecutable(torch::jit::Module module, backend::Signature signature,
                   backend::ExecutableFacts facts, int threads)
      : TorchExecutable(std::move(signature), std::move(facts), threads),
        module_(std::move(module)) {}

 private:
  std::vector<Tensor> calculate(const std::vector<Tensor>& arguments) override {
    return tensors_of(module_.forward({arguments.begin(), arguments.end()}));
  }
  torch::jit::Module module_;
};

std::vector<Tensor> zero_arguments(const backend::Signature& signature) {
  std::vector<Tensor> tensors;
  for (const auto* group : {&signature.inputs, &signature.states}) {
    for (const auto& [name, type] : *group)
      tensors.push_back(at::zeros(sizes_of(type.shape), scalar_type_of(type.dtype)));
  }
  return tensors;
}

/// The graph as a module whose buffers are the constants.
torch::jit::Module trace(const Interpreter& interpreter, const Model& model,
                         const backend::Signature& signature) {
  torch::jit::Module module("AssayModel");
  for (std::size_t i = 0; i < model.constants.size(); ++i) {
    if (model.constants[i].defined()) {
      module.register_buffer(format("constant{}", i), model.constants[i]);
    }
  }
  module.eval();
  const auto traced = [&](torch::jit::Stack stack) -> torch::jit::Stack {
    std::vector<Tensor> arguments;
    for (const c10::IValue& value : stack)
      arguments.push_back(value.toTensor());
    const std::vector<Tensor> outputs = interpreter(arguments);
    if (outputs.size() == 1) return {outputs[0]};
    return {c10::ivalue::Tuple::create(std::vector<c10::IValue>(outputs.begin(), outputs.end()))};
  };
  torch::jit::Stack examples;
  for (Tensor& tensor : zero_arguments(signature))
    examples.emplace_back(std::move(tensor));
  const auto no_name = [](const Tensor&) { return std::string(); };
  const auto state =
      torch::jit::tracer::trace(std::move(examples), traced, no_name, true, false, &module).first;
  auto* function = module._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*module.type()->name(), "forward"), state->graph);
  module.type()->addMethod(function);
  return module;
}

std::vector<backend::StepFacts> steps_of(const torch::jit::Module& module) {
  std::vector<backend::StepFacts> steps;
  for (const auto* node : module.get_method("forward").graph()->nodes()) {
    const std::string kind = node->kind().toQualString();
    if (kind == "prim::Constant") continue;
    steps.push_back({.op = kind, .name = "", .kernel = "TorchScript " + kind});
  }
  return steps;
}

/// LibTorch profiles the first run and compiles at the second: both are done before anyone waits.
void warm_up(torch::jit::Module& module, const backend::Signature& signature) {
  const std::vector<Tensor> zeros = zero_arguments(signature);
  for (int run = 0; run < 2; ++run)
    module.forward({zeros.begin(), zeros.end()});
}

Result<std::unique_ptr<backend::Executable>> prepare_script(const Interpreter& interpreter,
                                                            const Model& model,
                                                            backend::Signature signature,
                                                            backend::ExecutableFacts facts) {
  const c10::InferenceMode inference;
  at::set_num_threads(model.options.threads);
  torch::jit::Module module("AssayModel");
  ASSAY_TRY_VOID(guarded("LibTorch, freezing a TorchScript module", [&] {
    module = torch::jit::freeze(trace(interpreter, model, signature));
    warm_up(module, signature);
  }));
  facts.passes = {"trace", "freeze"};
  if (facts.mode != CompileMode::kDefault) {
    ASSAY_TRY_VOID(guarded("unsupported: LibTorch's optimize_for_inference", [&] {
      module = torch::jit::optimize_for_inference(module);
      warm_up(module, signature);
    }));
    facts.passes.emplace_back("optimize_for_inference");
  }
  facts.steps = steps_of(module);
  return std::unique_ptr<backend::Executable>(std::make_unique<ScriptExecutable>(
      std::move(module), std::move(signature), std::move(facts), model.options.threads));
}

/// Nothing that a run gives has a say in the outputs: there is nothing to trace.
bool is_all_constant(const Graph& graph) {
  const std::vector<bool> is_constant = constant_nodes(graph);
  return std::ranges::all_of(graph.outputs(), [&](const graph::Output& output) {
    return is_constant[index_of(output.node)];
  });
}

class TorchModel : public backend::LoadedModel {
 public:
  explicit TorchModel(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  Result<std::unique_ptr<backend::Executable>> prepare(const graph::Bindings& bindings) override {
    ASSAY_TRY(graph::NodeTypes types, infer_types(model_->graph, bindings));
    backend::Signature signature = backend::signature_of(model_->graph, types);
    backend::ExecutableFacts facts;
    facts.mode = model_->options.mode;
    facts.fingerprint = fingerprint(model_->graph);
    facts.weights = model_->weight_bytes;
    Interpreter interpreter(model_, std::move(types));
    if (facts.mode != CompileMode::kNone && !is_all_constant(model_->graph)) {
      return prepare_script(interpreter, *model_, std::move(signature), std::move(facts));
    }
    const std::vector<bool> is_constant = constant_nodes(model_->graph);
    for (std::size_t i = 0; i < is_constant.size(); ++i) {
      const graph::Node& node = model_->graph.nodes()[i];
      if (node.kind != NodeKind::kOp || is_constant[i]) continue;
      const std::string op(node.op->name);
      facts.steps.push_back({.op = op, .name = node.name, .kernel = "ATen, eager"});
    }
    return std::unique_ptr<backend::Executable>(std::make_unique<EagerExecutable>(
        std::move(interpreter), std::move(signature), std::move(facts), model_->options.threads));
  }
  Bytes weight_bytes() const override { return model_->weight_bytes; }

 private:
  std::shared_ptr<const Model> model_;
};

/// A weight's tensor keeps the memory alive that it looks at.
Result<Tensor> weight_tensor(const graph::Weights& weights, const std::string& name) {
  const auto entry = weights.entries().find(name);
  ASSAY_CHECK(entry != weights.entries().end(), "weights are checked before they are used");
  const std::shared_ptr<const tensor::HostTensor> keep = entry->second;
  const tensor::ConstAnyView view = keep->view();
  return at::from_blob(
      const_cast<void*>(view.data), sizes_of(view.type.shape), [keep](void*) {},
      scalar_type_of(view.type.dtype));
}

/// Weights, and what is calculated from them alone; only what runs will read is kept.
Result<void> fill_constants(const graph::Weights& weights, Model& model) {
  const Graph& graph = model.graph;
  ASSAY_TRY(const auto types, constant_types(graph));
  std::vector<Tensor> values(graph.nodes().size());
  std::vector<bool> is_needed(graph.nodes().size(), false);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const graph::Node& node = graph.nodes()[i];
    if (!types[i]) {
      for (const NodeId operand : node.operands) {
        if (operand != graph::kAbsent) is_needed[index_of(operand)] = true;
      }
    } else if (node.kind == NodeKind::kWeight) {
      ASSAY_TRY(values[i], weight_tensor(weights, node.name));
    } else {
      std::vector<Tensor> operands;
      for (const NodeId operand : node.operands)
        operands.push_back(operand == graph::kAbsent ? Tensor() : values[index_of(operand)]);
      ASSAY_TRY_VOID(guarded("LibTorch, calculating weights", [&] {
        values[i] = call_aten({.node = node, .operands = operands, .result = *types[i]});
      }));
    }
  }
  for (const graph::Output& output : graph.outputs())
    is_needed[index_of(output.node)] = true;
  model.constants.resize(values.size());
  std::set<const void*> counted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_needed[i] || !values[i].defined()) continue;
    model.constants[i] = values[i];
    if (!counted.insert(values[i].storage().data()).second) continue;
    model.weight_bytes = model.weight_bytes + Bytes(static_cast<std::int64_t>(values[i].nbytes()));
  }
  return {};
}

/// LibTorch has none of our passes, so that each of them is off already; a wrong name is a mistake.
Result<void> check_passes(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const graph::Pass& pass : graph::pass_list())
    known.emplace_back(pass.name);
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      return Error::user("{}", unknown_name("pass", name, known));
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<backend::LoadedModel>> load_torch_model(
    const graph::Graph& graph, const graph::Weights& weights,
    const backend::CompileOptions& options) {
  ASSAY_TRY_VOID(check_weights(graph, weights));
  ASSAY_TRY_VOID(check_passes(options.passes_off));
  for (const graph::Node& node : graph.nodes()) {
    if (node.kind != NodeKind::kOp) continue;
    if (const auto reason = aten_lacks(node)) return Error::user("unsupported: {}", *reason);
  }
  const c10::InferenceMode inference;
  auto model = std::make_shared<Model>();
  model->graph = graph;
  model->options = options;
  ASSAY_TRY_VOID(fill_constants(weights, *model));
  return std::unique_ptr<backend::LoadedModel>(std::make_unique<TorchModel>(std::move(model)));
}

std::string describe_torch() {
  Dl_info where{};
  const bool is_known = dladdr(reinterpret_cast<void*>(&sgemm_), &where) != 0;
  return format("LibTorch {}, BLAS {}", TORCH_VERSION, is_known ? where.dli_fname : "unknown");
}

std::optional<std::string> torch_lacks(const graph::Node& node) {
  return aten_lacks(node);
}

}  // namespace assay::torch_backend
