// SPDX-License-Identifier: MIT
// Models that are loaded: one for the same graph, weights and options, however many clients load
// it, and the plans of all of them in one cache. What a device holds of weights is lent to it by
// the text segment, so that it counts.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "djinn/memory/text_segment.h"
#include "djinn/server/weight_store.h"
#include "engine/backend/device.h"
#include "engine/plan/plan_cache.h"

namespace assay::djinn {

struct ServedModel {
  ModelId id;
  std::string name;
  graph::Graph graph;
  plan::PlanKey key;  ///< Without bindings.
  backend::CompileOptions options;
  std::shared_ptr<backend::LoadedModel> loaded;
  Bytes weight_bytes;
  std::vector<ContentId> weights;
  bool has_states = false;  ///< A decoder: used through sessions.
};

class ModelTable {
 public:
  ModelTable(backend::Device& device, TextSegment& text, WeightStore& weights, Bytes plans,
             int threads)
      : device_(&device),
        text_(&text),
        weights_(&weights),
        plans_(plans),
        plans_limit_(plans),
        threads_(threads) {}

  struct Loaded {
    std::shared_ptr<const ServedModel> model;
    bool was_there = false;
  };
  /// Whoever holds the model keeps it here; others go when room is needed.
  Served<Loaded> load(const LoadModelMessage& message, std::span<const std::byte> graph);
  Served<std::shared_ptr<const ServedModel>> find(const ModelId& id) const;

  /// Unloads a model that nobody holds; false where there is none.
  bool unload_an_unused();
  /// The same of this one.
  bool unload_if_unused(const ModelId& id);

  /// A user error, before any memory is taken, where its scratch or its outputs would be more than
  /// the server keeps for plans or one answer carries.
  Result<plan::PlanCache::Entry> executable(const ServedModel& model,
                                            const graph::Bindings& bindings);
  std::string explain_miss(const ServedModel& model, const graph::Bindings& bindings) const;
  std::int64_t flush_plans() { return plans_.clear(); }
  std::int64_t flush_plans_of(const ServedModel& model) {
    return plans_.clear_of(model.key.weights);
  }
  plan::PlanCacheCounts plans() const { return plans_.counts(); }
  const std::map<ModelId, std::shared_ptr<const ServedModel>>& models() const { return models_; }
  const backend::DeviceFacts& device() const { return device_->facts(); }

 private:
  using Models = std::map<ModelId, std::shared_ptr<const ServedModel>>;
  Served<Done> lend(ServedModel& model);
  void unload(Models::iterator at);
  Result<void> check_size(const plan::PlanKey& key, const ServedModel& model);

  backend::Device* device_;
  TextSegment* text_;
  WeightStore* weights_;
  plan::PlanCache plans_;
  Bytes plans_limit_;
  std::set<plan::PlanKey> checked_;  ///< Found to fit: not asked again when they are built anew.
  int threads_;
  Models models_;
};

/// The sizes that the inputs of a call give to the names of extents. A failure names the input that
/// is missing, unknown or of another type.
Served<graph::Bindings> bindings_of(const graph::Graph& graph,
                                    const std::vector<TensorRecord>& inputs);

}  // namespace assay::djinn
