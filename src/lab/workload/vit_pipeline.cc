// SPDX-License-Identifier: MIT
#include "lab/workload/vit_pipeline.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <span>
#include <utility>

#include "core/random.h"
#include "lab/workload/model_check.h"

namespace assay::workload {
namespace {

using runtime::Stage;
using tensor::DType;
using tensor::HostTensor;

void fill(std::span<std::byte> bytes, Random& random) {
  while (!bytes.empty()) {
    const std::uint64_t word = random.next();
    const std::size_t count = std::min(bytes.size(), sizeof word);
    std::memcpy(bytes.data(), &word, count);
    bytes = bytes.subspan(count);
  }
}

/// Of a type that a signature has: its size was counted when the graph was typed.
std::size_t size_of(const tensor::TensorType& type) {
  const auto count = tensor::element_count(type.shape);
  ASSAY_CHECK(count.has_value(), "a signature's types can be counted");
  return static_cast<std::size_t>(*count * tensor::size_of(type.dtype));
}

Bytes bytes_of(const tensor::TensorType& type) {
  return Bytes(static_cast<std::int64_t>(size_of(type)));
}

/// Both dense, of as many bytes.
void copy(const tensor::ConstAnyView& from, const tensor::AnyView& to) {
  ASSAY_CHECK_EQ(size_of(from.type), size_of(to.type), "a transfer keeps its bytes");
  std::memcpy(to.data, from.data, size_of(to.type));
}

/// The first token of every picture: a row of the tokens each.
void copy_cls(const tensor::ConstAnyView& tokens, const tensor::AnyView& to) {
  const tensor::Dims& shape = tokens.type.shape;
  const std::size_t row = size_of(to.type) / static_cast<std::size_t>(shape[0]);
  const std::size_t step = row * static_cast<std::size_t>(shape[1]);
  for (std::int64_t picture = 0; picture < shape[0]; ++picture) {
    const auto index = static_cast<std::size_t>(picture);
    std::memcpy(static_cast<std::byte*>(to.data) + index * row,
                static_cast<const std::byte*>(tokens.data) + index * step, row);
  }
}

tensor::TensorType output_type(VitOutput output, const backend::Signature& model) {
  const tensor::TensorType& tokens = model.outputs[0].second;
  if (output == VitOutput::kTokens) return tokens;
  if (output == VitOutput::kLogits) return model.outputs[1].second;
  return {tokens.dtype, {tokens.shape[0], tokens.shape[2]}};
}

/// What the pipeline brings back, out of what the model wrote.
void copy_output(VitOutput output, const HostTensor& tokens, const HostTensor& logits,
                 const tensor::AnyView& to) {
  if (output == VitOutput::kCls) return copy_cls(tokens.view(), to);
  copy(output == VitOutput::kTokens ? tokens.view() : logits.view(), to);
}

Result<void> run_on(backend::Executable& executable, const tensor::ConstAnyView& from,
                    const tensor::AnyView& to) {
  const std::array<tensor::ConstAnyView, 1> inputs{from};
  const std::array<tensor::AnyView, 1> outputs{to};
  return executable.run({.inputs = inputs, .states = {}, .outputs = outputs});
}

}  // namespace

std::string_view to_text(VitOutput output) {
  constexpr std::array<std::string_view, 3> kNames{"tokens", "cls", "logits"};
  return kNames[static_cast<std::size_t>(output)];
}

Result<PlacedTensor> PlacedTensor::create(const tensor::TensorType& type, std::optional<int> node) {
  PlacedTensor tensor;
  tensor.type = type;
  ASSAY_TRY(tensor.memory, machine::NodeMemory::create(bytes_of(type), node));
  return tensor;
}

graph::Graph preprocessing_graph(std::int64_t picture_side, std::int64_t model_side) {
  graph::Graph graph;
  graph::NodeId x =
      graph.input("pixels", DType::kU8, {"batch", picture_side, picture_side, std::int64_t{3}});
  if (picture_side != model_side) {
    x = graph.op("resize", {x}, {{"height", model_side}, {"width", model_side}});
  }
  // The mean and deviation of ImageNet's channels, as image models are trained with.
  graph.output("image", graph.op("normalise", {x},
                                 {{"mean", graph::Numbers{0.485, 0.456, 0.406}},
                                  {"deviation", graph::Numbers{0.229, 0.224, 0.225}}}));
  return graph;
}

Result<VitPipeline> VitPipeline::create(backend::Device& device,
                                        const VitPipelineRequest& request) {
  VitPipeline pipeline;
  pipeline.request_ = request;
  const graph::Bindings bindings{{"batch", request.batch}};
  backend::CompileOptions one_thread = request.compile;
  // The host's worker is one thread of its own; on the device the stage has the device's threads.
  if (pipeline.is_host_preprocessing()) one_thread.threads = 1;
  ASSAY_TRY(
      const auto preprocessing,
      device.load(preprocessing_graph(request.picture_side, request.model.side), {}, one_thread));
  ASSAY_TRY(pipeline.preprocessing_, preprocessing->prepare(bindings));
  models::VitConfig config = request.model;
  if (request.output == VitOutput::kLogits) config.classes = kVitClasses;
  ASSAY_TRY(const graph::Graph graph, models::build_vit(config));
  // Every block has one softmax as it is written.
  pipeline.blocks_ = std::ranges::count_if(graph.nodes(), [](const graph::Node& node) {
    return node.op != nullptr && node.op->name == "softmax";
  });
  ASSAY_TRY(const graph::Weights weights, graph::seeded_weights(graph, kModelSeed));
  ASSAY_TRY(const auto model, device.load(graph, weights, request.compile));
  ASSAY_TRY(pipeline.model_, model->prepare(bindings));
  ASSAY_TRY_VOID(pipeline.allocate());
  return pipeline;
}

Result<void> VitPipeline::fill_pool() {
  const tensor::TensorType& pixels = preprocessing_->signature().inputs[0].second;
  const std::int64_t batch = bytes_of(pixels).count();
  pool_batches_ = std::max<std::int64_t>(1, (request_.pool.count() + batch - 1) / batch);
  ASSAY_TRY(pool_, machine::NodeMemory::create(Bytes(pool_batches_ * batch), request_.memory_node));
  Random random(request_.seed);
  fill(pool_.bytes(), random);
  return {};
}

Result<void> VitPipeline::allocate() {
  const tensor::TensorType& pixels = preprocessing_->signature().inputs[0].second;
  const backend::Signature& model = model_->signature();
  const tensor::TensorType& image = model.inputs[0].second;
  ASSAY_TRY_VOID(fill_pool());
  for (int i = 0; i < request_.pipeline.slots; ++i) {
    Slot slot;
    if (is_host_preprocessing()) {
      ASSAY_TRY(slot.prepared, PlacedTensor::create(image, request_.memory_node));
    } else {
      ASSAY_TRY(slot.pixels, HostTensor::create(pixels));
    }
    ASSAY_TRY(slot.image, HostTensor::create(image));
    ASSAY_TRY(slot.tokens, HostTensor::create(model.outputs[0].second));
    if (model.outputs.size() > 1) {
      ASSAY_TRY(slot.logits, HostTensor::create(model.outputs[1].second));
    }
    ASSAY_TRY(slot.output,
              PlacedTensor::create(output_type(request_.output, model), request_.memory_node));
    slots_.push_back(std::move(slot));
  }
  return {};
}

tensor::ConstAnyView VitPipeline::pictures(std::int64_t index) const {
  const tensor::TensorType& pixels = preprocessing_->signature().inputs[0].second;
  const auto place = static_cast<std::size_t>((first_batch_ + index) % pool_batches_);
  return tensor::dense_view(pool_.bytes().data() + place * size_of(pixels), pixels);
}

Bytes VitPipeline::batch_bytes() const {
  return bytes_of(preprocessing_->signature().inputs[0].second);
}

Bytes VitPipeline::output_bytes() const {
  return bytes_of(slots_.front().output.type);
}

Result<std::vector<int>> VitPipeline::memory_nodes() const {
  std::set<int> nodes;
  const auto add = [&nodes](const machine::NodeMemory& memory) -> Result<void> {
    ASSAY_TRY(const std::vector<int> found, memory.nodes());
    nodes.insert(found.begin(), found.end());
    return {};
  };
  ASSAY_TRY_VOID(add(pool_));
  for (const Slot& slot : slots_) {
    ASSAY_TRY_VOID(add(slot.prepared.memory));
    ASSAY_TRY_VOID(add(slot.output.memory));
  }
  return std::vector<int>(nodes.begin(), nodes.end());
}

Result<void> VitPipeline::to_device(int slot, std::int64_t batch) {
  Slot& own = slots_[at(slot)];
  if (is_host_preprocessing()) {
    copy(std::as_const(own.prepared).view(), own.image.view());
  } else {
    copy(pictures(batch), own.pixels.view());
  }
  return {};
}

Result<void> VitPipeline::preprocess(int slot, std::int64_t batch) {
  Slot& own = slots_[at(slot)];
  if (is_host_preprocessing()) return run_on(*preprocessing_, pictures(batch), own.prepared.view());
  return run_on(*preprocessing_, std::as_const(own.pixels).view(), own.image.view());
}

Result<void> VitPipeline::run_model(const HostTensor& image, HostTensor& tokens,
                                    HostTensor& logits) {
  const std::array<tensor::ConstAnyView, 1> inputs{image.view()};
  const std::array<tensor::AnyView, 2> outputs{tokens.view(), logits.view()};
  const std::size_t count = model_->signature().outputs.size();
  return model_->run(
      {.inputs = inputs, .states = {}, .outputs = std::span(outputs).subspan(0, count)});
}

Result<HostTensor> VitPipeline::answer_for(const tensor::ConstAnyView& pictures) {
  const backend::Signature& model = model_->signature();
  HostTensor logits;
  ASSAY_TRY(HostTensor image, HostTensor::create(model.inputs[0].second));
  ASSAY_TRY(HostTensor tokens, HostTensor::create(model.outputs[0].second));
  if (model.outputs.size() > 1) {
    ASSAY_TRY(logits, HostTensor::create(model.outputs[1].second));
  }
  ASSAY_TRY_VOID(run_on(*preprocessing_, pictures, image.view()));
  ASSAY_TRY_VOID(run_model(image, tokens, logits));
  ASSAY_TRY(HostTensor answer, HostTensor::create(output_type(request_.output, model)));
  copy_output(request_.output, tokens, logits, answer.view());
  return answer;
}

Result<void> VitPipeline::compute(int slot) {
  Slot& own = slots_[at(slot)];
  return run_model(own.image, own.tokens, own.logits);
}

Result<void> VitPipeline::from_device(int slot) {
  Slot& own = slots_[at(slot)];
  copy_output(request_.output, own.tokens, own.logits, own.output.view());
  return {};
}

runtime::PipelineStages VitPipeline::stages() {
  runtime::PipelineStages all;
  const auto set = [&all](Stage stage, runtime::StageWork work) {
    all[static_cast<std::size_t>(stage)] = std::move(work);
  };
  set(Stage::kToDevice, [this](int slot, std::int64_t batch) { return to_device(slot, batch); });
  set(Stage::kPreprocess, [this](int slot, std::int64_t batch) { return preprocess(slot, batch); });
  set(Stage::kCompute, [this](int slot, std::int64_t) { return compute(slot); });
  set(Stage::kFromDevice, [this](int slot, std::int64_t) { return from_device(slot); });
  return all;
}

Result<runtime::PipelineRun> VitPipeline::run() {
  first_batch_ = batches_read_ % pool_batches_;
  batches_read_ += request_.pipeline.batches;
  return runtime::run_pipeline(stages(), request_.pipeline);
}

}  // namespace assay::workload
