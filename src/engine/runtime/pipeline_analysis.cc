// SPDX-License-Identifier: MIT
#include "engine/runtime/pipeline_analysis.h"

#include <algorithm>

namespace assay::runtime {
namespace {

/// Sorted, disjoint spans that cover the same time.
std::vector<Span> merged(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::begin);
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (span.end <= span.begin) continue;
    if (!result.empty() && span.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, span.end);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

Nanoseconds sum_of(const std::vector<Span>& disjoint) {
  Nanoseconds sum{0};
  for (const Span& span : disjoint) {
    sum += span.length();
  }
  return sum;
}

std::vector<Span> intersection(const std::vector<Span>& a, const std::vector<Span>& b) {
  std::vector<Span> common;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const Nanoseconds begin = std::max(a[i].begin, b[j].begin);
    const Nanoseconds end = std::min(a[i].end, b[j].end);
    if (end > begin) common.push_back({begin, end});
    (a[i].end < b[j].end ? i : j) += 1;
  }
  return common;
}

Nanoseconds common_time(const std::vector<Span>& a, const std::vector<Span>& b) {
  return sum_of(intersection(a, b));
}

using StageSpans = std::array<std::vector<Span>, kStageCount>;  // Each sorted and disjoint.

void find_concurrency(const StageSpans& spans, PipelineFindings& findings) {
  std::vector<Span> all;
  std::vector<Span> shared;
  for (std::size_t i = 0; i < kStageCount; ++i) {
    all.insert(all.end(), spans[i].begin(), spans[i].end());
    for (std::size_t j = i + 1; j < kStageCount; ++j) {
      const std::vector<Span> both = intersection(spans[i], spans[j]);
      shared.insert(shared.end(), both.begin(), both.end());
    }
  }
  findings.any = sum_of(merged(std::move(all)));
  findings.several = sum_of(merged(std::move(shared)));
}

}  // namespace

Nanoseconds busy_time(std::vector<Span> spans) {
  return sum_of(merged(std::move(spans)));
}

Nanoseconds overlap(std::vector<Span> a, std::vector<Span> b) {
  return common_time(merged(std::move(a)), merged(std::move(b)));
}

PipelineFindings analyse_pipeline(const PipelineRun& run) {
  StageSpans spans;
  PipelineFindings findings;
  for (const BatchTrace& batch : run.batches) {
    std::size_t longest = 0;
    for (std::size_t stage = 0; stage < kStageCount; ++stage) {
      spans[stage].push_back(batch.stages[stage]);
      if (batch.stages[stage].length() > batch.stages[longest].length()) longest = stage;
    }
    ++findings.bound[longest];
  }
  for (auto& stage : spans) {
    stage = merged(std::move(stage));
  }
  for (std::size_t i = 0; i < kStageCount; ++i) {
    findings.busy[i] = sum_of(spans[i]);
    for (std::size_t j = 0; j < kStageCount; ++j) {
      findings.overlap[i][j] = common_time(spans[i], spans[j]);
    }
  }
  find_concurrency(spans, findings);
  const auto both = [&](Stage a, Stage b) {
    std::vector<Span> all = spans[static_cast<std::size_t>(a)];
    const auto& more = spans[static_cast<std::size_t>(b)];
    all.insert(all.end(), more.begin(), more.end());
    return merged(std::move(all));
  };
  const std::vector<Span> transfers = both(Stage::kToDevice, Stage::kFromDevice);
  const std::vector<Span> work = both(Stage::kPreprocess, Stage::kCompute);
  findings.exposed_transfer = sum_of(transfers) - common_time(transfers, work);
  const Seconds whole = run.whole.length();
  if (whole.count() > 0) {
    findings.batches_per_second = static_cast<double>(run.batches.size()) / whole.count();
  }
  return findings;
}

}  // namespace assay::runtime
