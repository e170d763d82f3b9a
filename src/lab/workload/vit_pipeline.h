// SPDX-License-Identifier: MIT
// The pipeline of the ViT study over real memory: pictures of u8 come from a pool, are copied to
// the device, resized and normalised there or on the host before the copy, go through the model,
// and what it says is copied back. Every slot has memory of its own for all of it; what the host
// owns of it (the pool, what it preprocesses, what comes back) lies on the NUMA node asked for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend/device.h"
#include "engine/models/builders/vit.h"
#include "engine/runtime/queued_pipeline.h"
#include "engine/tensor/host_tensor.h"
#include "oracle/machine/node_memory.h"

namespace assay::workload {

/// What is copied back of a batch.
enum class VitOutput : std::uint8_t {
  kTokens,  ///< [batch, tokens, width]
  kCls,     ///< The first token: [batch, width]
  kLogits,  ///< Of a head on it: [batch, classes]
};
std::string_view to_text(VitOutput output);  ///< "tokens", "cls", "logits"
inline constexpr std::int64_t kVitClasses = 1000;

/// A dense tensor in pages of its own.
struct PlacedTensor {
  machine::NodeMemory memory;
  tensor::TensorType type;

  static Result<PlacedTensor> create(const tensor::TensorType& type, std::optional<int> node);
  tensor::AnyView view() { return tensor::dense_view(memory.bytes().data(), type); }
  tensor::ConstAnyView view() const { return tensor::dense_view(memory.bytes().data(), type); }
};

/// A dense tensor in memory of a device.
struct DeviceTensor {
  std::unique_ptr<backend::Buffer> memory =
      nullptr;  ///< Null where the pipeline has no use for it.
  tensor::TensorType type = {};

  static Result<DeviceTensor> create(backend::Device& device, const tensor::TensorType& type);
  tensor::AnyView view() const {
    return tensor::dense_view(memory == nullptr ? nullptr : memory->bytes().data(), type);
  }
};

struct VitPipelineRequest {
  models::VitConfig model;
  std::int64_t picture_side =
      224;  ///< Of the pictures in the pool; resized where the model's differs.
  std::int64_t batch = 8;
  Bytes pool;  ///< Of source pictures that the batches go through; rounded up to whole batches.
  VitOutput output = VitOutput::kTokens;
  std::optional<int> memory_node;  ///< Of what the host owns; none: as it comes.
  backend::CompileOptions compile;
  runtime::PipelineOptions pipeline;
  std::uint64_t seed = 0;
};

class VitPipeline {
 public:
  static Result<VitPipeline> create(backend::Device& device, const VitPipelineRequest& request);

  /// All batches, to completion. Goes on in the pool where the run before ended.
  Result<runtime::PipelineRun> run();
  /// Preprocessing and model on `pictures`, without a pipeline: what should come back.
  Result<tensor::HostTensor> answer_for(const tensor::ConstAnyView& pictures);
  /// What came back of the batch that was in `slot` last.
  const PlacedTensor& output(int slot) const { return slots_[at(slot)].output; }
  PlacedTensor& output(int slot) { return slots_[at(slot)].output; }
  /// The pictures of batch `index` of the last run: u8 [batch, side, side, 3].
  tensor::ConstAnyView pictures(std::int64_t index) const;
  Bytes batch_bytes() const;   ///< Of pictures.
  Bytes output_bytes() const;  ///< That come back of a batch.
  const tensor::Dims& output_shape() const { return slots_.front().output.type.shape; }
  /// What the pool really holds, and how many of its batches some run has read.
  Bytes pool_size() const { return Bytes(std::ssize(pool_.bytes())); }
  std::int64_t pool_batches() const { return pool_batches_; }
  std::int64_t pool_batches_read() const { return std::min(batches_read_, pool_batches_); }
  /// NUMA nodes of the pages of all memory that the host owns, asked of the kernel; rising.
  Result<std::vector<int>> memory_nodes() const;
  const VitPipelineRequest& request() const { return request_; }
  /// Of the model's graph, counted.
  std::int64_t blocks() const { return blocks_; }
  const backend::ExecutableFacts& facts() const { return model_->facts(); }
  const backend::Signature& model_signature() const { return model_->signature(); }

 private:
  struct Slot {
    DeviceTensor pixels;    ///< Unused where the host preprocesses.
    PlacedTensor prepared;  ///< On the host; unused where the device preprocesses.
    DeviceTensor image;     ///< What the model reads.
    DeviceTensor tokens;    ///< What it writes.
    DeviceTensor logits;    ///< Unused where the model has no head.
    PlacedTensor output;    ///< On the host.
  };
  static std::size_t at(int slot) { return static_cast<std::size_t>(slot); }
  bool is_host_preprocessing() const {
    return request_.pipeline.order == runtime::kPreprocessOnHost;
  }
  const tensor::TensorType& pixels() const {
    return preprocessing_.front()->signature().inputs[0].second;
  }
  Result<void> allocate(backend::Device& device);
  Result<void> fill_pool();
  runtime::PipelineStages stages();
  Result<void> to_device(int slot, std::int64_t batch);
  Result<void> preprocess(int slot, std::int64_t batch);
  Result<void> compute(int slot, std::int64_t batch);
  Result<void> from_device(int slot, std::int64_t batch);

  VitPipelineRequest request_;
  std::int64_t blocks_ = 0;
  std::optional<runtime::PipelineStreams> streams_;  ///< There after create().
  /// One a worker: an executable has one set of results between.
  std::vector<std::unique_ptr<backend::Executable>> preprocessing_;
  std::unique_ptr<backend::Executable> model_;
  machine::NodeMemory pool_;
  std::int64_t pool_batches_ = 0;
  std::int64_t first_batch_ = 0;   ///< Of the last run: its place in the pool.
  std::int64_t batches_read_ = 0;  ///< By all runs.
  std::vector<Slot> slots_;
};

/// u8 pictures [batch, side, side, 3] to the model's f32 [batch, 3, model side, model side].
graph::Graph preprocessing_graph(std::int64_t picture_side, std::int64_t model_side);

}  // namespace assay::workload
