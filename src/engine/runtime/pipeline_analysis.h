// SPDX-License-Identifier: MIT
// What a pipeline's trace says: how busy each engine was, how much of it at the same time as
// another, how much of the transfers nothing hid, and which stage bound each batch.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "engine/runtime/pipeline.h"

namespace assay::runtime {

/// Time covered by at least one of the spans: never their sum.
Nanoseconds busy_time(std::vector<Span> spans);
/// Time covered by both sets.
Nanoseconds overlap(std::vector<Span> a, std::vector<Span> b);

struct PipelineFindings {
  std::array<Nanoseconds, kStageCount> busy{};
  /// overlap[i][j]: time in which both stages were at work; the diagonal is `busy`.
  std::array<std::array<Nanoseconds, kStageCount>, kStageCount> overlap{};
  Nanoseconds any{0};               ///< At least one stage at work.
  Nanoseconds several{0};           ///< At least two.
  Nanoseconds exposed_transfer{0};  ///< Transfers while neither preprocessing nor compute ran.
  std::array<std::int64_t, kStageCount> bound{};  ///< Batches whose longest stage this was.
  double batches_per_second = 0;
};

PipelineFindings analyse_pipeline(const PipelineRun& run);

}  // namespace assay::runtime
