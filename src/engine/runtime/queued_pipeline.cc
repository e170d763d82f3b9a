// SPDX-License-Identifier: MIT
#include "engine/runtime/queued_pipeline.h"

#include <algorithm>
#include <set>
#include <utility>

namespace assay::runtime {
namespace {

using backend::Event;
using EventPointer = std::shared_ptr<const Event>;

/// Events around one stage of one batch.
struct Marks {
  EventPointer begin;
  EventPointer end;
};

struct MarkedBatch {
  int slot = 0;
  Nanoseconds arrived{0};     ///< Open loop: when it was due. Closed: when its turn came.
  EventPointer slot_is_free;  ///< The end of the batch before it in its slot; null for the first.
  std::array<Marks, kStageCount> stages;
};

class Feeder {
 public:
  Feeder(const PipelineStages& stages, const PipelineOptions& options,
         const PipelineStreams& streams)
      : stages_(stages),
        options_(options),
        streams_(streams),
        due_(arrival_times(options.arrivals, options.batches)),
        free_(static_cast<std::size_t>(options.slots)) {}

  Result<PipelineRun> run() {
    start_ = now();
    Result<void> fed = feed_all();
    handed_over_ = now();
    for (int stage = 0; stage < kStageCount; ++stage) {
      for (const auto& stream : streams_.all_of(static_cast<Stage>(stage))) {
        ASSAY_TRY_VOID(stream->synchronise());
      }
    }
    if (!fed) return fed.error();
    return traced();
  }

 private:
  bool is_closed_loop() const { return options_.arrivals.kind == Arrivals::Kind::kClosed; }
  Nanoseconds now() const { return streams_.device().clock().now(); }

  Result<void> feed_all() {
    for (int batch = 0; batch < options_.batches; ++batch) {
      MarkedBatch marked;
      marked.slot = batch % options_.slots;
      marked.slot_is_free = free_[static_cast<std::size_t>(marked.slot)];
      if (!is_closed_loop()) {
        streams_.device().idle_until(start_ + due_[static_cast<std::size_t>(batch)]);
      }
      marked.arrived = is_closed_loop() ? now() : start_ + due_[static_cast<std::size_t>(batch)];
      ASSAY_TRY_VOID(feed(batch, marked));
      batches_.push_back(std::move(marked));
    }
    return {};
  }

  /// A stage waits for the one before it; the first for the batch that had the slot.
  Result<void> feed(std::int64_t batch, MarkedBatch& marked) {
    EventPointer before = marked.slot_is_free;
    for (const Stage stage : options_.order) {
      Marks& marks = marked.stages[static_cast<std::size_t>(stage)];
      ASSAY_TRY(marks, feed_stage(stage, marked.slot, batch, before)
                           .context("in stage {} of batch {}", to_text(stage), batch));
      before = marks.end;
    }
    free_[static_cast<std::size_t>(marked.slot)] = before;
    return {};
  }

  Result<Marks> feed_stage(Stage stage, int slot, std::int64_t batch, const EventPointer& before) {
    backend::Stream& stream = streams_.of(stage, batch);
    if (stage == Stage::kPreprocess) workers_.insert(&stream);
    Marks marks;
    if (before != nullptr) ASSAY_TRY_VOID(stream.wait(*before));
    ASSAY_TRY(marks.begin, stream.record());
    ASSAY_TRY_VOID(stages_[static_cast<std::size_t>(stage)](slot, batch));
    ASSAY_TRY(marks.end, stream.record());
    under_way_.insert(stage);
    most_under_way_ = std::max(most_under_way_, under_way_.size());
    if (!options_.is_asynchronous) {
      ASSAY_TRY_VOID(stream.synchronise());
      under_way_.erase(stage);
    }
    return marks;
  }

  Result<PipelineRun> traced() const {
    PipelineRun run;
    for (const MarkedBatch& marked : batches_) {
      BatchTrace& trace = run.batches.emplace_back();
      trace.slot = marked.slot;
      trace.arrived = marked.arrived;
      if (is_closed_loop() && marked.slot_is_free != nullptr) {
        ASSAY_TRY(const Nanoseconds free, marked.slot_is_free->reached_at());
        trace.arrived = std::max(trace.arrived, free);
      }
      for (std::size_t stage = 0; stage < kStageCount; ++stage) {
        ASSAY_TRY(trace.stages[stage].begin, marked.stages[stage].begin->reached_at());
        ASSAY_TRY(trace.stages[stage].end, marked.stages[stage].end->reached_at());
      }
    }
    run.threads = static_cast<int>(most_under_way_);
    run.slots_used = most_at_once(run.batches);
    run.workers = static_cast<int>(workers_.size());
    run.whole = {.begin = start_, .end = start_};
    for (const BatchTrace& batch : run.batches) {
      run.whole.end = std::max(run.whole.end, batch.stages[kStageCount - 1].end);
    }
    run.handed_over = handed_over_;
    return run;
  }

  /// Of the batches, between their first stage's begin and their last one's end.
  int most_at_once(const std::vector<BatchTrace>& batches) const {
    const auto first = static_cast<std::size_t>(options_.order[0]);
    std::vector<std::pair<Nanoseconds, int>> changes;
    for (const BatchTrace& batch : batches) {
      changes.emplace_back(batch.stages[first].begin, 1);
      changes.emplace_back(batch.stages[kStageCount - 1].end, -1);
    }
    std::ranges::sort(changes);  // At one time those that leave come first.
    int count = 0;
    int most = 0;
    for (const auto& [time, change] : changes) {
      count += change;
      most = std::max(most, count);
    }
    return most;
  }

  const PipelineStages& stages_;
  const PipelineOptions& options_;
  const PipelineStreams& streams_;
  const std::vector<Nanoseconds> due_;
  Nanoseconds start_{0};
  Nanoseconds handed_over_{0};
  std::vector<EventPointer> free_;  ///< Per slot: when its last batch is through.
  std::vector<MarkedBatch> batches_;
  std::set<Stage> under_way_;  ///< With work that the thread has not waited for.
  std::size_t most_under_way_ = 0;
  std::set<const backend::Stream*> workers_;  ///< Streams on which a batch was preprocessed.
};

}  // namespace

Result<PipelineStreams> PipelineStreams::open(backend::Device& device,
                                              const PipelineOptions& options) {
  PipelineStreams streams(device);
  const bool is_host_preprocessing = options.order[0] == Stage::kPreprocess;
  for (int stage = 0; stage < kStageCount; ++stage) {
    const bool is_on_host =
        is_host_preprocessing && static_cast<Stage>(stage) == Stage::kPreprocess;
    backend::Device& owner = is_on_host ? device.host() : device;
    for (int worker = 0; worker < (is_on_host ? options.workers : 1); ++worker) {
      ASSAY_TRY(auto stream, owner.open_stream());
      streams.streams_[static_cast<std::size_t>(stage)].push_back(std::move(stream));
    }
  }
  return streams;
}

Result<PipelineRun> run_queued_pipeline(const PipelineStages& stages,
                                        const PipelineOptions& options,
                                        const PipelineStreams& streams) {
  ASSAY_TRY_VOID(validate(options));
  return Feeder(stages, options, streams).run();
}

}  // namespace assay::runtime
