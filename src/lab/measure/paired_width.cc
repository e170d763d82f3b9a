// SPDX-License-Identifier: MIT
#include "lab/measure/paired_width.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/statistics/drift.h"

namespace assay::measure {
namespace {

constexpr double kConfidence = 0.95;

/// A coarse clock can show no time at all; its logarithm must stay finite.
double log_time(double call_time) {
  return std::log(std::max(call_time, 1e-6));
}

}  // namespace

PairedWidth::PairedWidth(int arms) : differences_(static_cast<std::size_t>(std::max(1, arms - 1))) {
  ASSAY_CHECK_GE(arms, 1, "there is something to compare");
}

void PairedWidth::add(std::span<const double> call_times) {
  const bool single = call_times.size() == 1;
  ASSAY_CHECK_EQ(differences_.size(), single ? 1 : call_times.size() - 1,
                 "a round has one time per arm");
  if (single) {
    differences_[0].push_back(log_time(call_times[0]));
    return;
  }
  for (std::size_t arm = 1; arm < call_times.size(); ++arm) {
    differences_[arm - 1].push_back(log_time(call_times[arm]) - log_time(call_times[0]));
  }
}

std::optional<double> PairedWidth::half_width() const {
  double worst = 0;
  for (const std::vector<double>& differences : differences_) {
    const std::optional<Interval> interval =
        statistics::median_interval_correlated(differences, kConfidence);
    if (!interval) return std::nullopt;
    worst = std::max(worst, (interval->high - interval->low) / 2);
  }
  return worst;
}

bool PairedWidth::is_drifting(double smallest) const {
  return std::ranges::any_of(differences_, [&](const std::vector<double>& differences) {
    std::vector<double> ratios(differences.size());
    std::ranges::transform(differences, ratios.begin(), [](double d) { return std::exp(d); });
    return statistics::is_drifting(ratios, smallest);
  });
}

}  // namespace assay::measure
