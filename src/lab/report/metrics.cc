// SPDX-License-Identifier: MIT
#include "lab/report/metrics.h"

#include <algorithm>
#include <array>

namespace assay::report {
namespace {

using analysis::CellFinding;
using analysis::RatioFinding;

constexpr std::array<Metric, 11> kMetrics{{
    {"time", "time per call", "ns", Better::kLess, &CellFinding::time, nullptr},
    {"time_per_work", "time per unit of work", "ns", Better::kLess, &CellFinding::time_per_work,
     nullptr},
    {"flops_rate", "arithmetic rate", "FLOP/s", Better::kMore, &CellFinding::flops_rate, nullptr},
    {"bytes_rate", "byte rate", "byte/s", Better::kMore, &CellFinding::bytes_rate, nullptr},
    {"p50", "p50 of samples", "ns", Better::kLess, &CellFinding::p50, nullptr},
    {"p90", "p90 of samples", "ns", Better::kLess, &CellFinding::p90, nullptr},
    {"p95", "p95 of samples", "ns", Better::kLess, &CellFinding::p95, nullptr},
    {"p99", "p99 of samples", "ns", Better::kLess, &CellFinding::p99, nullptr},
    {"p999", "p99.9 of samples", "ns", Better::kLess, &CellFinding::p999, nullptr},
    {"ratio", "time ratio", "ratio", Better::kLess, nullptr, &RatioFinding::ratio},
    {"ratio_per_work", "ratio of time per work", "ratio", Better::kLess, nullptr,
     &RatioFinding::ratio_per_work},
}};

}  // namespace

std::span<const Metric> metrics() {
  return kMetrics;
}

const Metric* find_metric(std::string_view name) {
  const auto* const found = std::ranges::find(kMetrics, name, &Metric::name);
  return found == kMetrics.end() ? nullptr : found;
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Metric& metric : kMetrics)
    names.emplace_back(metric.name);
  return names;
}

}  // namespace assay::report
