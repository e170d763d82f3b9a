// SPDX-License-Identifier: MIT
#include "lab/analysis/claim_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/check.h"
#include "core/format.h"
#include "core/statistics/order_statistics.h"
#include "core/statistics/processes.h"
#include "core/statistics/verdict.h"

namespace assay::analysis {
namespace {

namespace st = statistics;
using spec::Bound;
using spec::Claim;

constexpr double kReversedHalfWidths = 10;

/// Times are said in milliseconds: what takes a batch or a request is of that size.
constexpr double kMsPerNs = 1e-6;
bool is_in_ms(const Claim& claim) {
  return claim.is_of_value && claim.unit == "ns";
}

/// Where the claim holds: in logs of the ratio, or in the metric itself.
Interval region_of(const Claim& claim) {
  constexpr double kEndless = std::numeric_limits<double>::infinity();
  const double limit = claim.is_of_value ? claim.limit : std::log(claim.limit);
  switch (claim.bound) {
    case Bound::kBelow:
      return {-kEndless, limit};
    case Bound::kAbove:
      return {limit, kEndless};
    case Bound::kWithin:
      return {-std::log1p(claim.limit), std::log1p(claim.limit)};
  }
  ASSAY_CHECK(false, "a bound is of a known kind");
}

bool is_inside(const Interval& region, double center) {
  return region.low < center && center < region.high;
}

/// The end of the region that `center` is nearest to; one end may be infinite.
double nearest_bound(const Interval& region, double center) {
  return std::abs(center - region.low) < std::abs(center - region.high) ? region.low : region.high;
}

/// Two-sided p-value that the centre of the logs is `bound`.
double p_value_at(std::span<const double> logs, double bound) {
  std::vector<double> shifted(logs.begin(), logs.end());
  for (double& log : shifted) {
    log -= bound;
  }
  return st::process_p_value(shifted);
}

struct PointEvidence {
  double p_support = 1;
  double p_refute = 1;
};

PointEvidence weigh_point(const Claim& claim, std::span<const double> logs) {
  const Interval region = region_of(claim);
  const double center = st::process_center(logs);
  const double bound = nearest_bound(region, center);
  const double p = p_value_at(logs, bound);
  if (!is_inside(region, center)) return {.p_support = 1, .p_refute = p};
  // Inside two bounds, each may be crossed on one side only: the one-sided test of equivalence.
  return {.p_support = claim.bound == Bound::kWithin ? p / 2 : p, .p_refute = 1};
}

double half_width_of(std::span<const double> logs, double confidence) {
  const auto interval = st::process_interval(logs, confidence);
  return interval ? (interval->high - interval->low) / 2 : 0;
}

/// Per process the mean log (or value) over all points, for the processes that measured every
/// point.
PairedLogs mean_of(std::span<const ClaimPoint> points) {
  PairedLogs mean;
  mean.are_values = points.front().paired.are_values;
  for (const int replicate : points.front().paired.replicates) {
    std::vector<double> logs;
    for (const ClaimPoint& point : points) {
      const auto found = std::ranges::find(point.paired.replicates, replicate);
      if (found == point.paired.replicates.end()) break;
      logs.push_back(
          point.paired.logs[static_cast<std::size_t>(found - point.paired.replicates.begin())]);
    }
    if (logs.size() != points.size()) continue;
    mean.replicates.push_back(replicate);
    mean.logs.push_back(st::mean(logs));
  }
  if (mean.logs.empty()) {
    mean.state = State::kNotMeasured;
    mean.reason = "no process measured every point";
  }
  return mean;
}

void settle(const Claim& claim, const PairedLogs& paired, ClaimEvidence& evidence) {
  evidence.value = paired.value(claim.confidence);
  if (paired.logs.empty()) return;
  const double center = st::process_center(paired.logs);
  const double distance = std::abs(center - nearest_bound(region_of(claim), center));
  evidence.processes_needed = st::count_needed(
      std::ssize(paired.logs), half_width_of(paired.logs, claim.confidence), distance);
}

ClaimEvidence weigh_mean(const Claim& claim, std::span<const ClaimPoint> points) {
  const PairedLogs mean = points.size() == 1 ? points.front().paired : mean_of(points);
  ClaimEvidence evidence;
  evidence.processes = static_cast<int>(mean.logs.size());
  if (points.size() == 1) evidence.trial_id = points.front().trial_id;
  if (!mean.logs.empty()) {
    const PointEvidence point = weigh_point(claim, mean.logs);
    evidence.p_support = point.p_support;
    evidence.p_refute = point.p_refute;
  }
  settle(claim, mean, evidence);
  return evidence;
}

/// How much a centre violates the claim: the point where this is largest decides.
double violation(const Interval& region, double center) {
  return std::max(region.low - center, center - region.high);
}

ClaimEvidence weigh_every(const Claim& claim, std::span<const ClaimPoint> points) {
  const Interval region = region_of(claim);
  ClaimEvidence evidence;
  evidence.p_support = 0;
  double worst_p = 1;
  double worst_violation = -std::numeric_limits<double>::infinity();
  const ClaimPoint* worst = nullptr;
  evidence.processes = std::numeric_limits<int>::max();
  for (const ClaimPoint& point : points) {
    const PointEvidence weighed = weigh_point(claim, point.paired.logs);
    evidence.p_support = std::max(evidence.p_support, weighed.p_support);
    worst_p = std::min(worst_p, weighed.p_refute);
    evidence.processes = std::min(evidence.processes, static_cast<int>(point.paired.logs.size()));
    const double away = violation(region, st::process_center(point.paired.logs));
    if (away > worst_violation) worst = &point, worst_violation = away;
  }
  evidence.trial_id = worst->trial_id;
  settle(claim, worst->paired, evidence);
  const double p_all = weigh_mean(claim, points).p_refute;
  const double p_one = std::min(1.0, static_cast<double>(points.size()) * worst_p);
  evidence.p_refute = std::min(1.0, 2 * std::min(p_one, p_all));
  return evidence;
}

}  // namespace

ClaimEvidence weigh(const Claim& claim, std::span<const ClaimPoint> points) {
  ASSAY_CHECK(!points.empty(), "a claim is weighed where there is something to weigh");
  return claim.every && points.size() > 1 ? weigh_every(claim, points) : weigh_mean(claim, points);
}

std::vector<ClaimPoint> reversed(const Claim& claim, std::span<const ClaimPoint> points) {
  const Interval region = region_of(claim);
  std::vector<ClaimPoint> turned(points.begin(), points.end());
  // All to the same side: points of one kind turned to both would cancel in their mean.
  double sum = 0;
  for (const ClaimPoint& point : points) {
    sum += st::process_center(point.paired.logs);
  }
  const double bound = nearest_bound(region, sum / static_cast<double>(points.size()));
  const double outwards = bound == region.high ? 1 : -1;
  for (ClaimPoint& point : turned) {
    const double center = st::process_center(point.paired.logs);
    const double beyond =
        std::max(std::abs(center - bound),
                 kReversedHalfWidths * half_width_of(point.paired.logs, claim.confidence));
    for (double& log : point.paired.logs) {
      log += bound + outwards * beyond - center;
    }
  }
  return turned;
}

double margin_of(const Claim& claim) {
  ASSAY_CHECK(!claim.is_of_value, "a value has no margin from `no difference`");
  if (claim.bound == Bound::kWithin) return claim.limit;
  return std::expm1(std::abs(std::log(claim.limit)));
}

Value said_value(const Claim& claim, const Value& value) {
  return is_in_ms(claim) && value.has_number() ? value.scaled(kMsPerNs) : value;
}

std::string unit_suffix(const Claim& claim) {
  return is_in_ms(claim) ? " ms" : "";
}

std::string bound_text(const Claim& claim) {
  const double limit = is_in_ms(claim) ? claim.limit * kMsPerNs : claim.limit;
  switch (claim.bound) {
    case Bound::kBelow:
      return format("< {:.4g}{}", limit, unit_suffix(claim));
    case Bound::kAbove:
      return format("> {:.4g}{}", limit, unit_suffix(claim));
    case Bound::kWithin:
      return format("within {:.3g} % of 1", 100 * claim.limit);
  }
  ASSAY_CHECK(false, "a bound is of a known kind");
}

}  // namespace assay::analysis
