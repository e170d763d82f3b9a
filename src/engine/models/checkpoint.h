// SPDX-License-Identifier: MIT
// A local folder as Hugging Face's tools leave it, read into a graph and its weights: config.json,
// *.safetensors (one file or shards) and generation_config.json. The tokenizer is read by
// read_tokenizer(folder), because not every model has one that we know.
//
//   ASSAY_TRY(Checkpoint checkpoint, load_checkpoint("models/gpt2"));
//   // checkpoint.graph, checkpoint.weights
#pragma once

#include <filesystem>

#include "core/result.h"
#include "engine/graph/weights.h"
#include "engine/models/huggingface.h"
#include "engine/models/safetensors.h"

namespace assay::models {

struct Checkpoint {
  HuggingFaceModel model;
  GenerationSettings generation;
  graph::Graph graph;
  graph::Weights weights;  ///< f32, whatever the file's dtype is.
};

Result<Checkpoint> load_checkpoint(const std::filesystem::path& folder);

/// The weights of a model's graph out of its files. Each tensor is compared with what the graph
/// asks for before it is read.
Result<graph::Weights> load_weights(const graph::Graph& graph, const HuggingFaceModel& model,
                                    const Safetensors& files);

}  // namespace assay::models
