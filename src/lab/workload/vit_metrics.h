// SPDX-License-Identifier: MIT
// What runs of the pipeline say besides their time: percentiles of the batches' latencies, how busy
// each stage was, how much of it at the same time as another, and which stage bound the batches.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "core/value.h"
#include "engine/runtime/pipeline.h"
#include "lab/spec/vocabulary.h"

namespace assay::workload {

/// What vit_metrics fills, in its order.
std::vector<spec::MetricEntry> vit_metric_entries();

/// Of the last `calls` runs (of all, where there are fewer). Fractions are of the time of those
/// runs; a percentile is missing below its number of batches.
std::vector<std::pair<std::string, Value>> vit_metrics(const std::deque<runtime::PipelineRun>& runs,
                                                       std::int64_t calls);

}  // namespace assay::workload
