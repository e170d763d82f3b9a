// SPDX-License-Identifier: MIT
#include "djinn/server/model_table.h"

#include <algorithm>
#include <cstring>

#include "core/nearest.h"
#include "djinn/wire/graph_message.h"
#include "engine/graph/canonical.h"
#include "engine/plan/sketch.h"

namespace assay::djinn {
namespace {

WeightKey lent_key(const ModelId& id) {
  WeightKey key{.space = "models"};
  std::ranges::copy(id.bytes, key.content.begin());
  return key;
}

std::string options_text(const backend::CompileOptions& options) {
  std::string text = format("{}, {} threads", to_text(options.mode), options.threads);
  for (const std::string& pass : options.passes_off)
    text += ", without " + pass;
  return text;
}

/// By a hash that nobody can collide on purpose: who loads what another one loaded gets the same.
ModelId id_of(const graph::Graph& graph, const LoadModelMessage& message,
              const std::string& options) {
  ContentHasher hasher({tensor::DType::kU8, {}});
  const auto add = [&](std::span<const std::byte> bytes) {
    const std::uint64_t size = bytes.size();
    hasher.add(std::as_bytes(std::span(&size, 1)));
    hasher.add(bytes);
  };
  add(canonical_bytes(graph));
  add(std::as_bytes(std::span(options)));
  std::vector<NamedWeight> weights = message.weights;
  std::ranges::sort(weights, {}, &NamedWeight::name);
  for (const NamedWeight& weight : weights) {
    add(std::as_bytes(std::span(weight.name)));
    add(weight.id.bytes);
  }
  const ContentId whole = hasher.finish();
  ModelId id;
  std::copy_n(whole.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

}  // namespace

Served<ModelTable::Loaded> ModelTable::load(const LoadModelMessage& message,
                                            std::span<const std::byte> graph_bytes) {
  ASSAY_TRY(graph::Graph graph, read_graph(graph_bytes));
  backend::CompileOptions options{.threads = threads_, .passes_off = message.passes_off};
  if (!message.compile_mode.empty()) {
    ASSAY_TRY(options.mode, backend::parse_compile_mode(message.compile_mode));
  }
  const std::string text = options_text(options);
  const ModelId id = id_of(graph, message, text);
  if (const auto there = models_.find(id); there != models_.end()) {
    return Loaded{.model = there->second, .was_there = true};
  }
  auto model = std::make_shared<ServedModel>();
  model->id = id;
  model->name = message.name;
  model->key = {.graph = fingerprint(graph),
                .weights = to_hex(id.bytes),
                .device = device_->facts().name,
                .options = text,
                .bindings = {}};
  for (const NamedWeight& weight : message.weights)
    model->weights.push_back(weight.id);
  model->options = options;
  model->has_states = !graph.of_kind(graph::NodeKind::kState).empty();
  {
    ASSAY_TRY(const graph::Weights weights, weights_->take_out(message.weights));
    ASSAY_TRY_VOID(check_weights(graph, weights));
    ASSAY_TRY(auto loaded, device_->load(graph, weights, options));
    model->loaded = std::move(loaded);
  }
  model->graph = std::move(graph);
  ASSAY_TRY_VOID(lend(*model));
  models_[id] = model;
  return Loaded{.model = std::move(model)};
}

Served<Done> ModelTable::lend(ServedModel& model) {
  model.weight_bytes = model.loaded->weight_bytes();
  if (model.weight_bytes.count() == 0) return Done{};
  while (true) {
    const auto lent = text_->lend(lent_key(model.id), model.weight_bytes);
    if (lent) return Done{};
    const bool may_help = lent.error().reason == RefusalReason::kDeviceFull;
    if (!may_help || !unload_an_unused()) return lent.error();
  }
}

bool ModelTable::unload_an_unused() {
  const auto unused = std::ranges::find_if(
      models_, [](const auto& entry) { return entry.second.use_count() == 1; });
  if (unused == models_.end()) return false;
  unload(unused);
  return true;
}

bool ModelTable::unload_if_unused(const ModelId& id) {
  const auto at = models_.find(id);
  if (at == models_.end() || at->second.use_count() > 1) return false;
  unload(at);
  return true;
}

void ModelTable::unload(Models::iterator at) {
  flush_plans_of(*at->second);  // They keep the weights of their models alive.
  if (at->second->weight_bytes.count() > 0) {
    const auto back = text_->give_back(lent_key(at->first));
    ASSAY_CHECK(back.has_value(), "what was lent is given back");
  }
  models_.erase(at);
}

Served<std::shared_ptr<const ServedModel>> ModelTable::find(const ModelId& id) const {
  const auto there = models_.find(id);
  if (there != models_.end()) return there->second;
  return Failure::because(ErrorCode::kNotFound, "model {} is not here: load it (again)",
                          to_hex(id.bytes));
}

/// By a plan without kernels: the device's own may take a little more for copies between them.
Result<void> ModelTable::check_size(const plan::PlanKey& key, const ServedModel& model) {
  if (checked_.contains(key)) return {};
  const plan::SketchRules rules{
      .lacks = [](const graph::Node&) { return std::optional<std::string>(); },
      .accepts_strides = [](const backend::KernelRequest&, int) { return true; }};
  ASSAY_TRY(const plan::Sketch sketch,
            sketch_plan(model.graph, key.bindings, model.options, rules));
  if (sketch.plan.arena.size > plans_limit_) {
    return Error::user("{} of scratch for inputs of these sizes: the server keeps {} (plan-memory)",
                       to_text(sketch.plan.arena.size), to_text(plans_limit_));
  }
  std::int64_t outputs = 0;
  for (const auto& [name, type] : sketch.plan.signature.outputs) {
    ASSAY_TRY(const std::size_t size, dense_size(type).context("in output {}", name));
    outputs += static_cast<std::int64_t>(size);
  }
  constexpr std::size_t kMost = 4096;  // Of what is remembered, whoever asks for what sizes.
  const std::int64_t carried = limits_of(Opcode::kCallResult).payload_max;
  if (outputs > carried) {
    return Error::user("outputs of {}: an answer carries {}", to_text(Bytes(outputs)),
                       to_text(Bytes(carried)));
  }
  if (checked_.size() >= kMost) checked_.clear();
  checked_.insert(key);
  return {};
}

Result<plan::PlanCache::Entry> ModelTable::executable(const ServedModel& model,
                                                      const graph::Bindings& bindings) {
  plan::PlanKey key = model.key;
  key.bindings = bindings;
  return plans_.get(key, [&]() -> Result<std::unique_ptr<backend::Executable>> {
    ASSAY_TRY_VOID(check_size(key, model));
    return model.loaded->prepare(bindings);
  });
}

std::string ModelTable::explain_miss(const ServedModel& model,
                                     const graph::Bindings& bindings) const {
  plan::PlanKey key = model.key;
  key.bindings = bindings;
  return plans_.explain_miss(key);
}

namespace {

/// Binds the names of an input's extents, or says what does not agree.
Served<Done> bind(const graph::Node& node, const TensorRecord& input, graph::Bindings& bindings) {
  const tensor::Dims& shape = input.type.shape;
  if (input.type.dtype != node.dtype || shape.rank() != std::ssize(node.shape)) {
    return Failure::because(ErrorCode::kInvalid, "input {} is {}; expected {} of rank {}",
                            node.name, to_text(input.type), to_text(node.dtype), node.shape.size());
  }
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const graph::Extent& extent = node.shape[static_cast<std::size_t>(axis)];
    std::int64_t expected = shape[axis];
    if (const auto* size = std::get_if<std::int64_t>(&extent)) expected = *size;
    if (const auto* name = std::get_if<std::string>(&extent)) {
      expected = bindings.emplace(*name, shape[axis]).first->second;
    }
    if (expected == shape[axis]) continue;
    return Failure::because(ErrorCode::kInvalid, "axis {} of input {} has {}; expected {} ({})",
                            axis, node.name, shape[axis], expected, graph::to_text(extent));
  }
  return Done{};
}

}  // namespace

Served<graph::Bindings> bindings_of(const graph::Graph& graph,
                                    const std::vector<TensorRecord>& inputs) {
  graph::Bindings bindings;
  std::vector<std::string> names;
  for (const graph::NodeId id : graph.of_kind(graph::NodeKind::kInput)) {
    const graph::Node& node = graph.node(id);
    names.push_back(node.name);
    const auto input = std::ranges::find(inputs, node.name, &TensorRecord::name);
    if (input == inputs.end()) {
      return Failure::because(ErrorCode::kInvalid, "input {} is missing", node.name);
    }
    ASSAY_TRY_VOID(bind(node, *input, bindings));
  }
  for (const TensorRecord& input : inputs) {
    if (std::ranges::find(names, input.name) == names.end()) {
      return Failure(ErrorCode::kInvalid, unknown_name("input", input.name, names));
    }
  }
  return bindings;
}

}  // namespace assay::djinn
