// SPDX-License-Identifier: MIT
// Batches through four stages: copied to the device, preprocessed there or by the host before the
// copy, computed, copied back. A slot is
// the memory of one batch on its way; the number of slots is the queue depth, and no more batches
// are ever under way. Synchronous: one thread does stage after stage, batch after batch.
// Asynchronous: every stage has a thread and a queue, so that different batches are in different
// stages at the same time. The host may preprocess with several workers, each a thread with batches
// of its own: batch i is worker i mod N's.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace assay::runtime {

enum class Stage : std::uint8_t { kToDevice, kPreprocess, kCompute, kFromDevice };
inline constexpr int kStageCount = 4;
std::string_view to_text(Stage stage);  ///< "h2d", "preprocess", "compute", "d2h"

/// When batches arrive.
struct Arrivals {
  enum class Kind : std::uint8_t {
    kClosed,   ///< The next as soon as a slot is free.
    kFixed,    ///< At a rate, whether or not the pipeline keeps up.
    kPoisson,  ///< At random times of that mean rate.
  };
  Kind kind = Kind::kClosed;
  double per_second = 0;
  std::uint64_t seed = 0;
};

using StageOrder = std::array<Stage, kStageCount>;
inline constexpr StageOrder kPreprocessOnDevice{Stage::kToDevice, Stage::kPreprocess,
                                                Stage::kCompute, Stage::kFromDevice};
inline constexpr StageOrder kPreprocessOnHost{Stage::kPreprocess, Stage::kToDevice, Stage::kCompute,
                                              Stage::kFromDevice};

struct PipelineOptions {
  bool is_asynchronous = false;
  int slots = 1;
  int batches = 1;
  Arrivals arrivals;
  StageOrder order = kPreprocessOnDevice;
  int workers = 1;  ///< That preprocess different batches at once; more than one only on the host.
  /// Whose turn a batch is.
  int worker_of(std::int64_t batch) const { return static_cast<int>(batch % workers); }
};

/// What one stage does to one slot. A stage is only ever called by one thread at a time
/// (preprocessing: by one for each worker), and a slot is only ever in one stage. Indexed by Stage.
using StageWork = std::function<Result<void>(int slot, std::int64_t batch)>;
using PipelineStages = std::array<StageWork, kStageCount>;

struct Span {
  Nanoseconds begin{0};
  Nanoseconds end{0};
  Nanoseconds length() const { return end - begin; }
};

struct BatchTrace {
  int slot = 0;
  Nanoseconds arrived{0};                ///< Closed: when it got its slot. Open: when it was due.
  std::array<Span, kStageCount> stages;  ///< Indexed by Stage. The copy back is always last.
  Nanoseconds latency() const { return stages[kStageCount - 1].end - arrived; }
};

struct PipelineRun {
  std::vector<BatchTrace> batches;  ///< In order.
  int threads = 0;     ///< Observed: how many did stages, or how many streams had work at one time.
  int workers = 0;     ///< Observed: how many of those preprocessed.
  int slots_used = 0;  ///< Observed: the most batches that were under way at one time.
  Span whole;          ///< From the first arrival to the last batch's end.
  /// When everything had been handed over. A device that goes on by itself is not done by then.
  Nanoseconds handed_over{0};
};

/// What no pipeline can do, as a user error.
Result<void> validate(const PipelineOptions& options);

/// Runs all batches to completion. The first error of a stage stops the pipeline: what is under way
/// is finished, nothing more begins.
Result<PipelineRun> run_pipeline(const PipelineStages& stages, const PipelineOptions& options);

/// Times from the start at which batches of an open loop are due. Same seed, same times.
std::vector<Nanoseconds> arrival_times(const Arrivals& arrivals, int batches);

}  // namespace assay::runtime
