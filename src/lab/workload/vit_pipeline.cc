// SPDX-License-Identifier: MIT
#include "lab/workload/vit_pipeline.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/random.h"
#include "lab/workload/model_check.h"

namespace assay::workload {
namespace {

using runtime::Stage;
using tensor::DType;
using tensor::HostTensor;

/// Batches of different pictures: enough that a slot does not find its last ones in a small cache.
constexpr std::int64_t kPoolBatches = 8;

Result<HostTensor> random_pictures(const tensor::TensorType& type, Random& random) {
  ASSAY_TRY(HostTensor pictures, HostTensor::create(type));
  for (std::byte& pixel : pictures.bytes()) {
    pixel = static_cast<std::byte>(random.next() >> 56U);
  }
  return pictures;
}

void copy(const HostTensor& from, HostTensor& to) {
  ASSAY_CHECK_EQ(from.size().count(), to.size().count(), "a transfer keeps its bytes");
  std::memcpy(to.bytes().data(), from.bytes().data(), to.bytes().size());
}

Result<void> run_on(backend::Executable& executable, const HostTensor& from, HostTensor& to) {
  const std::array<tensor::ConstAnyView, 1> inputs{from.view()};
  const std::array<tensor::AnyView, 1> outputs{to.view()};
  return executable.run({.inputs = inputs, .states = {}, .outputs = outputs});
}

}  // namespace

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
  ASSAY_TRY(const graph::Graph graph, models::build_vit(request.model));
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

Result<void> VitPipeline::allocate() {
  const tensor::TensorType& pixels = preprocessing_->signature().inputs[0].second;
  const tensor::TensorType& image = model_->signature().inputs[0].second;
  const tensor::TensorType& tokens = model_->signature().outputs[0].second;
  Random random(request_.seed);
  const std::int64_t batches = std::min<std::int64_t>(kPoolBatches, request_.pipeline.batches);
  for (std::int64_t i = 0; i < batches; ++i) {
    ASSAY_TRY(HostTensor pictures, random_pictures(pixels, random));
    pool_.push_back(std::move(pictures));
  }
  for (int i = 0; i < request_.pipeline.slots; ++i) {
    Slot slot;
    if (is_host_preprocessing()) {
      ASSAY_TRY(slot.prepared, HostTensor::create(image));
    } else {
      ASSAY_TRY(slot.pixels, HostTensor::create(pixels));
    }
    ASSAY_TRY(slot.image, HostTensor::create(image));
    ASSAY_TRY(slot.tokens, HostTensor::create(tokens));
    ASSAY_TRY(slot.output, HostTensor::create(tokens));
    slots_.push_back(std::move(slot));
  }
  return {};
}

const HostTensor& VitPipeline::pictures(std::int64_t index) const {
  return pool_[static_cast<std::size_t>(index) % pool_.size()];
}

Result<void> VitPipeline::to_device(int slot, std::int64_t batch) {
  Slot& own = slots_[at(slot)];
  if (is_host_preprocessing()) {
    copy(own.prepared, own.image);
  } else {
    copy(pictures(batch), own.pixels);
  }
  return {};
}

Result<void> VitPipeline::preprocess(int slot, std::int64_t batch) {
  Slot& own = slots_[at(slot)];
  if (is_host_preprocessing()) return run_on(*preprocessing_, pictures(batch), own.prepared);
  return run_on(*preprocessing_, own.pixels, own.image);
}

Result<HostTensor> VitPipeline::answer_for(const HostTensor& pictures) {
  ASSAY_TRY(HostTensor image, HostTensor::create(model_->signature().inputs[0].second));
  ASSAY_TRY(HostTensor tokens, HostTensor::create(model_->signature().outputs[0].second));
  ASSAY_TRY_VOID(run_on(*preprocessing_, pictures, image));
  ASSAY_TRY_VOID(run_on(*model_, image, tokens));
  return tokens;
}

Result<void> VitPipeline::compute(int slot) {
  return run_on(*model_, slots_[at(slot)].image, slots_[at(slot)].tokens);
}

Result<void> VitPipeline::from_device(int slot) {
  copy(slots_[at(slot)].tokens, slots_[at(slot)].output);
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
  return runtime::run_pipeline(stages(), request_.pipeline);
}

}  // namespace assay::workload
