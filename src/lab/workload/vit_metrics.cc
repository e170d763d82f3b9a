// SPDX-License-Identifier: MIT
#include "lab/workload/vit_metrics.h"

#include <algorithm>
#include <array>

#include "core/format.h"
#include "core/statistics/order_statistics.h"
#include "engine/runtime/pipeline_analysis.h"

namespace assay::workload {
namespace {

using runtime::kStageCount;
using runtime::PipelineRun;
using Metrics = std::vector<std::pair<std::string, Value>>;

struct Percentile {
  std::string_view name;  ///< "p999": as the metrics of samples are called.
  std::string_view title;
  double p;
};
constexpr std::array<Percentile, 5> kPercentiles{{{"p50", "p50", 0.5},
                                                  {"p90", "p90", 0.9},
                                                  {"p95", "p95", 0.95},
                                                  {"p99", "p99", 0.99},
                                                  {"p999", "p99.9", 0.999}}};

std::string_view stage_name(std::size_t stage) {
  return to_text(static_cast<runtime::Stage>(stage));
}

/// What is summed over runs, so that fractions are of all their time.
struct Sums {
  double whole = 0;
  runtime::PipelineFindings of;
  std::int64_t batches = 0;
  std::vector<double> latencies;  // Nanoseconds.
};

void add(const PipelineRun& run, Sums& sums) {
  const runtime::PipelineFindings findings = runtime::analyse_pipeline(run);
  sums.whole += static_cast<double>(run.whole.length().count());
  sums.of.any += findings.any;
  sums.of.several += findings.several;
  sums.of.exposed_transfer += findings.exposed_transfer;
  for (std::size_t i = 0; i < kStageCount; ++i) {
    sums.of.busy[i] += findings.busy[i];
    sums.of.bound[i] += findings.bound[i];
    for (std::size_t j = 0; j < kStageCount; ++j) {
      sums.of.overlap[i][j] += findings.overlap[i][j];
    }
  }
  sums.batches += std::ssize(run.batches);
  for (const runtime::BatchTrace& batch : run.batches) {
    sums.latencies.push_back(static_cast<double>(batch.latency().count()));
  }
}

Value fraction(double part, double whole) {
  if (!(whole > 0)) return Value::missing(State::kNotMeasured, "no time passed");
  return Value::measured(part / whole);
}

void add_percentiles(const Sums& sums, Metrics& metrics) {
  const std::vector<double> sorted = statistics::to_sorted(sums.latencies);
  for (const Percentile& wanted : kPercentiles) {
    const std::int64_t needed = statistics::percentile_samples_min(wanted.p);
    metrics.emplace_back(
        format("batch_{}", wanted.name),
        std::ssize(sorted) >= needed
            ? Value::measured(statistics::quantile_of_sorted(sorted, wanted.p))
            : Value::missing(State::kNotMeasured, format("{} batches, {} needs {}", sorted.size(),
                                                         wanted.title, needed)));
  }
}

void add_fractions(const Sums& sums, Metrics& metrics) {
  const auto of_time = [&](Nanoseconds part) {
    return fraction(static_cast<double>(part.count()), sums.whole);
  };
  for (std::size_t i = 0; i < kStageCount; ++i) {
    metrics.emplace_back(format("busy_{}", stage_name(i)), of_time(sums.of.busy[i]));
  }
  metrics.emplace_back("busy_any", of_time(sums.of.any));
  for (std::size_t i = 0; i < kStageCount; ++i) {
    for (std::size_t j = i + 1; j < kStageCount; ++j) {
      metrics.emplace_back(format("overlap_{}_{}", stage_name(i), stage_name(j)),
                           of_time(sums.of.overlap[i][j]));
    }
  }
  metrics.emplace_back("overlap_any", of_time(sums.of.several));
  metrics.emplace_back("exposed_transfer", of_time(sums.of.exposed_transfer));
  for (std::size_t i = 0; i < kStageCount; ++i) {
    metrics.emplace_back(
        format("bound_{}", stage_name(i)),
        fraction(static_cast<double>(sums.of.bound[i]), static_cast<double>(sums.batches)));
  }
}

}  // namespace

std::vector<spec::MetricEntry> vit_metric_entries() {
  std::vector<spec::MetricEntry> entries;
  for (const Percentile& percentile : kPercentiles) {
    entries.push_back({format("batch_{}", percentile.name),
                       format("{} of a batch's latency", percentile.title), "ns"});
  }
  for (std::size_t i = 0; i < kStageCount; ++i) {
    entries.push_back({format("busy_{}", stage_name(i)),
                       format("time in which {} was at work", stage_name(i)), "fraction"});
  }
  entries.push_back({"busy_any", "time in which any stage was at work", "fraction"});
  for (std::size_t i = 0; i < kStageCount; ++i) {
    for (std::size_t j = i + 1; j < kStageCount; ++j) {
      entries.push_back(
          {format("overlap_{}_{}", stage_name(i), stage_name(j)),
           format("time in which {} and {} were both at work", stage_name(i), stage_name(j)),
           "fraction"});
    }
  }
  entries.push_back({"overlap_any", "time in which two stages or more were at work", "fraction"});
  entries.push_back({"exposed_transfer", "transfers that no work hid", "fraction"});
  for (std::size_t i = 0; i < kStageCount; ++i) {
    entries.push_back({format("bound_{}", stage_name(i)),
                       format("batches whose longest stage was {}", stage_name(i)), "fraction"});
  }
  return entries;
}

std::vector<std::pair<std::string, Value>> vit_metrics(const std::deque<PipelineRun>& runs,
                                                       std::int64_t calls) {
  Sums sums;
  const std::int64_t count = std::clamp<std::int64_t>(calls, 0, std::ssize(runs));
  for (auto run = runs.end() - count; run != runs.end(); ++run) {
    add(*run, sums);
  }
  Metrics metrics;
  add_percentiles(sums, metrics);
  add_fractions(sums, metrics);
  return metrics;
}

}  // namespace assay::workload
