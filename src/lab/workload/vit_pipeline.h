// SPDX-License-Identifier: MIT
// The pipeline of the ViT study over real memory: pictures of u8 come from a pool, are copied to
// the device, resized and normalised there or on the host before the copy, go through the model,
// and its tokens are copied back. Every slot has memory of its own for all of it.
#pragma once

#include <memory>
#include <vector>

#include "engine/backend/device.h"
#include "engine/models/builders/vit.h"
#include "engine/runtime/pipeline.h"
#include "engine/tensor/host_tensor.h"

namespace assay::workload {

struct VitPipelineRequest {
  models::VitConfig model;
  std::int64_t picture_side =
      224;  ///< Of the pictures in the pool; resized where the model's differs.
  std::int64_t batch = 8;
  backend::CompileOptions compile;
  runtime::PipelineOptions pipeline;
  std::uint64_t seed = 0;
};

class VitPipeline {
 public:
  static Result<VitPipeline> create(backend::Device& device, const VitPipelineRequest& request);

  /// All batches, to completion.
  Result<runtime::PipelineRun> run();
  /// Preprocessing and model on `pictures`, without a pipeline.
  Result<tensor::HostTensor> answer_for(const tensor::HostTensor& pictures);
  /// What came back of the batch that was in `slot` last: [batch, tokens, width].
  const tensor::HostTensor& output(int slot) const { return slots_[at(slot)].output; }
  tensor::HostTensor& output(int slot) { return slots_[at(slot)].output; }
  /// The pictures of batch `index`: u8 [batch, side, side, 3].
  const tensor::HostTensor& pictures(std::int64_t index) const;
  const VitPipelineRequest& request() const { return request_; }
  /// Of the model's graph, counted.
  std::int64_t blocks() const { return blocks_; }
  const backend::ExecutableFacts& facts() const { return model_->facts(); }
  const backend::Signature& model_signature() const { return model_->signature(); }

 private:
  struct Slot {
    tensor::HostTensor pixels;    ///< On the device; unused where the host preprocesses.
    tensor::HostTensor prepared;  ///< On the host; unused where the device preprocesses.
    tensor::HostTensor image;     ///< On the device: what the model reads.
    tensor::HostTensor tokens;    ///< On the device: what it writes.
    tensor::HostTensor output;    ///< On the host.
  };
  static std::size_t at(int slot) { return static_cast<std::size_t>(slot); }
  bool is_host_preprocessing() const {
    return request_.pipeline.order == runtime::kPreprocessOnHost;
  }
  Result<void> allocate();
  runtime::PipelineStages stages();
  Result<void> to_device(int slot, std::int64_t batch);
  Result<void> preprocess(int slot, std::int64_t batch);
  Result<void> compute(int slot);
  Result<void> from_device(int slot);

  VitPipelineRequest request_;
  std::int64_t blocks_ = 0;
  std::unique_ptr<backend::Executable> preprocessing_;
  std::unique_ptr<backend::Executable> model_;
  std::vector<tensor::HostTensor> pool_;
  std::vector<Slot> slots_;
};

/// u8 pictures [batch, side, side, 3] to the model's f32 [batch, 3, model side, model side].
graph::Graph preprocessing_graph(std::int64_t picture_side, std::int64_t model_side);

}  // namespace assay::workload
