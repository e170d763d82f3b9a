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

std::span<const std::byte> bytes_at(const tensor::ConstAnyView& dense) {
  return {static_cast<const std::byte*>(dense.data), size_of(dense.type)};
}

std::span<std::byte> bytes_at(const tensor::AnyView& dense) {
  return {static_cast<std::byte*>(dense.data), size_of(dense.type)};
}

/// The first token of every picture: a copy each, of a row of the tokens.
Result<void> copy_cls(const tensor::ConstAnyView& tokens, const tensor::AnyView& to,
                      backend::Stream& stream) {
  const tensor::Dims& shape = tokens.type.shape;
  const std::size_t row = size_of(to.type) / static_cast<std::size_t>(shape[0]);
  const std::size_t step = row * static_cast<std::size_t>(shape[1]);
  for (std::int64_t picture = 0; picture < shape[0]; ++picture) {
    const auto index = static_cast<std::size_t>(picture);
    ASSAY_TRY_VOID(stream.from_device(bytes_at(tokens).subspan(index * step, row),
                                      bytes_at(to).subspan(index * row, row)));
  }
  return {};
}

tensor::TensorType output_type(VitOutput output, const backend::Signature& model) {
  const tensor::TensorType& tokens = model.outputs[0].second;
  if (output == VitOutput::kTokens) return tokens;
  if (output == VitOutput::kLogits) return model.outputs[1].second;
  return {tokens.dtype, {tokens.shape[0], tokens.shape[2]}};
}

/// What a model writes of one batch.
struct ModelOutputs {
  tensor::AnyView tokens;
  tensor::AnyView logits;  ///< Unused where the model has no head.
};

/// What the pipeline brings back, out of what the model wrote.
Result<void> copy_output(VitOutput output, const ModelOutputs& from, const tensor::AnyView& to,
                         backend::Stream& stream) {
  if (output == VitOutput::kCls) return copy_cls(from.tokens, to, stream);
  const tensor::ConstAnyView whole = output == VitOutput::kTokens ? from.tokens : from.logits;
  return stream.from_device(bytes_at(whole), bytes_at(to));
}

Result<void> enqueue(backend::Executable& executable, const tensor::ConstAnyView& from,
                     const ModelOutputs& to, backend::Stream& stream) {
  const std::array<tensor::ConstAnyView, 1> inputs{from};
  const std::array<tensor::AnyView, 2> outputs{to.tokens, to.logits};
  const std::size_t count = executable.signature().outputs.size();
  return executable.enqueue(
      stream, {.inputs = inputs, .states = {}, .outputs = std::span(outputs).subspan(0, count)});
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

Result<DeviceTensor> DeviceTensor::create(backend::Device& device, const tensor::TensorType& type) {
  DeviceTensor tensor;
  tensor.type = type;
  ASSAY_TRY(tensor.memory, device.allocate(bytes_of(type)));
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
  // A worker of the host is one thread; on the device the stage has the device's threads.
  if (pipeline.is_host_preprocessing()) one_thread.threads = 1;
  backend::Device& preprocessor = pipeline.is_host_preprocessing() ? device.host() : device;
  ASSAY_TRY(const auto preprocessing,
            preprocessor.load(preprocessing_graph(request.picture_side, request.model.side), {},
                              one_thread));
  for (int worker = 0; worker < request.pipeline.workers; ++worker) {
    ASSAY_TRY(auto executable, preprocessing->prepare(bindings));
    pipeline.preprocessing_.push_back(std::move(executable));
  }
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
  ASSAY_TRY(pipeline.streams_, runtime::PipelineStreams::open(device, request.pipeline));
  ASSAY_TRY_VOID(pipeline.allocate(device));
  return pipeline;
}

Result<void> VitPipeline::fill_pool() {
  const std::int64_t batch = bytes_of(pixels()).count();
  pool_batches_ = std::max<std::int64_t>(1, (request_.pool.count() + batch - 1) / batch);
  ASSAY_TRY(pool_, machine::NodeMemory::create(Bytes(pool_batches_ * batch), request_.memory_node));
  Random random(request_.seed);
  fill(pool_.bytes(), random);
  return {};
}

Result<void> VitPipeline::allocate(backend::Device& device) {
  const backend::Signature& model = model_->signature();
  const tensor::TensorType& image = model.inputs[0].second;
  ASSAY_TRY_VOID(fill_pool());
  for (int i = 0; i < request_.pipeline.slots; ++i) {
    Slot slot;
    if (is_host_preprocessing()) {
      ASSAY_TRY(slot.prepared, PlacedTensor::create(image, request_.memory_node));
    } else {
      ASSAY_TRY(slot.pixels, DeviceTensor::create(device, pixels()));
    }
    ASSAY_TRY(slot.image, DeviceTensor::create(device, image));
    ASSAY_TRY(slot.tokens, DeviceTensor::create(device, model.outputs[0].second));
    if (model.outputs.size() > 1) {
      ASSAY_TRY(slot.logits, DeviceTensor::create(device, model.outputs[1].second));
    }
    ASSAY_TRY(slot.output,
              PlacedTensor::create(output_type(request_.output, model), request_.memory_node));
    slots_.push_back(std::move(slot));
  }
  return {};
}

tensor::ConstAnyView VitPipeline::pictures(std::int64_t index) const {
  const auto place = static_cast<std::size_t>((first_batch_ + index) % pool_batches_);
  return tensor::dense_view(pool_.bytes().data() + place * size_of(pixels()), pixels());
}

Bytes VitPipeline::batch_bytes() const {
  return bytes_of(pixels());
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
  backend::Stream& stream = streams_->of(Stage::kToDevice, batch);
  if (is_host_preprocessing()) {
    return stream.to_device(bytes_at(std::as_const(own.prepared).view()),
                            bytes_at(own.image.view()));
  }
  return stream.to_device(bytes_at(pictures(batch)), bytes_at(own.pixels.view()));
}

Result<void> VitPipeline::preprocess(int slot, std::int64_t batch) {
  Slot& own = slots_[at(slot)];
  backend::Stream& stream = streams_->of(Stage::kPreprocess, batch);
  backend::Executable& worker = *preprocessing_[at(request_.pipeline.worker_of(batch))];
  if (is_host_preprocessing()) {
    return enqueue(worker, pictures(batch), {.tokens = own.prepared.view(), .logits = {}}, stream);
  }
  return enqueue(worker, own.pixels.view(), {.tokens = own.image.view(), .logits = {}}, stream);
}

Result<HostTensor> VitPipeline::answer_for(const tensor::ConstAnyView& pictures) {
  const backend::Signature& model = model_->signature();
  HostTensor logits;
  ASSAY_TRY(HostTensor image, HostTensor::create(model.inputs[0].second));
  ASSAY_TRY(HostTensor tokens, HostTensor::create(model.outputs[0].second));
  if (model.outputs.size() > 1) {
    ASSAY_TRY(logits, HostTensor::create(model.outputs[1].second));
  }
  ASSAY_TRY(HostTensor answer, HostTensor::create(output_type(request_.output, model)));
  backend::Stream& compute = streams_->of(Stage::kCompute, 0);
  backend::Stream& before = streams_->of(Stage::kPreprocess, 0);
  ASSAY_TRY_VOID(
      enqueue(*preprocessing_.front(), pictures, {.tokens = image.view(), .logits = {}}, before));
  ASSAY_TRY_VOID(before.synchronise());
  const ModelOutputs outputs{.tokens = tokens.view(), .logits = logits.view()};
  ASSAY_TRY_VOID(enqueue(*model_, std::as_const(image).view(), outputs, compute));
  ASSAY_TRY_VOID(copy_output(request_.output, outputs, answer.view(), compute));
  ASSAY_TRY_VOID(compute.synchronise());
  return answer;
}

Result<void> VitPipeline::compute(int slot, std::int64_t batch) {
  Slot& own = slots_[at(slot)];
  return enqueue(*model_, own.image.view(),
                 {.tokens = own.tokens.view(), .logits = own.logits.view()},
                 streams_->of(Stage::kCompute, batch));
}

Result<void> VitPipeline::from_device(int slot, std::int64_t batch) {
  Slot& own = slots_[at(slot)];
  return copy_output(request_.output, {.tokens = own.tokens.view(), .logits = own.logits.view()},
                     own.output.view(), streams_->of(Stage::kFromDevice, batch));
}

runtime::PipelineStages VitPipeline::stages() {
  runtime::PipelineStages all;
  const auto set = [&all](Stage stage, runtime::StageWork work) {
    all[static_cast<std::size_t>(stage)] = std::move(work);
  };
  set(Stage::kToDevice, [this](int slot, std::int64_t batch) { return to_device(slot, batch); });
  set(Stage::kPreprocess, [this](int slot, std::int64_t batch) { return preprocess(slot, batch); });
  set(Stage::kCompute, [this](int slot, std::int64_t batch) { return compute(slot, batch); });
  set(Stage::kFromDevice,
      [this](int slot, std::int64_t batch) { return from_device(slot, batch); });
  return all;
}

Result<runtime::PipelineRun> VitPipeline::run() {
  first_batch_ = batches_read_ % pool_batches_;
  batches_read_ += request_.pipeline.batches;
  if (!streams_->device().facts().has_queues) {
    return runtime::run_pipeline(stages(), request_.pipeline);
  }
  return runtime::run_queued_pipeline(stages(), request_.pipeline, *streams_);
}

}  // namespace assay::workload
