// SPDX-License-Identifier: MIT
// The pipeline on a device whose streams go on by themselves: one thread puts every stage of every
// batch on the stream of that stage, and events order them, so that the thread runs ahead of the
// device as far as its launch queue lets it. Times are those of events on the device's clock.
//
//   ASSAY_TRY(PipelineStreams streams, PipelineStreams::open(device, options));
//   ASSAY_TRY(PipelineRun run, run_queued_pipeline(stages, options, streams));
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/backend/device.h"
#include "engine/runtime/pipeline.h"

namespace assay::runtime {

/// One stream a stage. A host's own preprocessing is on streams of the host, one a worker.
class PipelineStreams {
 public:
  static Result<PipelineStreams> open(backend::Device& device, const PipelineOptions& options);

  backend::Device& device() const { return *device_; }
  /// Where the stage of a batch goes.
  backend::Stream& of(Stage stage, std::int64_t batch) const {
    const auto& streams = streams_[static_cast<std::size_t>(stage)];
    return *streams[static_cast<std::size_t>(batch) % streams.size()];
  }
  const std::vector<std::unique_ptr<backend::Stream>>& all_of(Stage stage) const {
    return streams_[static_cast<std::size_t>(stage)];
  }

 private:
  explicit PipelineStreams(backend::Device& device) : device_(&device) {}

  backend::Device* device_;
  std::array<std::vector<std::unique_ptr<backend::Stream>>, kStageCount> streams_;
};

/// Every stage's work is put on its stream, which has come as far as events allow. Synchronous: the
/// thread waits for every stage. The first error ends it; what is under way is finished.
Result<PipelineRun> run_queued_pipeline(const PipelineStages& stages,
                                        const PipelineOptions& options,
                                        const PipelineStreams& streams);

}  // namespace assay::runtime
