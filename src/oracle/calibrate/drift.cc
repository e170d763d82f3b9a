// SPDX-License-Identifier: MIT
#include "oracle/calibrate/drift.h"

#include <cmath>
#include <vector>

#include "core/check.h"
#include "core/format.h"
#include "core/statistics/distributions.h"
#include "core/statistics/order_statistics.h"
#include "oracle/calibrate/held_out.h"

namespace assay::calibrate {

Drift drift_of(std::span<const Predicted> all) {
  constexpr double kAlpha = 0.05;
  Drift drift{.score = score(all)};
  std::vector<double> logs;
  double widest = 0;
  for (const Predicted& one : all) {
    ASSAY_CHECK_GT(one.log_half_width, 0.0, "what was promised can be kept or broken");
    const double log = std::log(one.measured / one.predicted);
    logs.push_back(log);
    drift.inside += std::abs(log) <= one.log_half_width ? 1 : 0;
    widest = std::max(widest, one.log_half_width);
  }
  const auto count = static_cast<std::int64_t>(all.size());
  drift.p_value = statistics::binomial_cdf(count, kPromised, drift.inside);
  const double shift = statistics::median(logs);
  drift.median_ratio = std::exp(shift);
  const bool is_shifted = std::abs(shift) > widest;
  const bool is_enough = count >= kDriftPointsMin;
  drift.has_drifted = is_enough && (drift.p_value < kAlpha || is_shifted);
  const std::string seen = format(
      "{} of {} within their 80 % intervals (x/÷ {:.2f}); measured over predicted {:.2f} in "
      "the median",
      drift.inside, count, std::exp(widest), drift.median_ratio);
  if (!is_enough) {
    drift.sentence = format("cannot tell: {}; expected {} models or more", seen, kDriftPointsMin);
  } else if (drift.has_drifted) {
    drift.sentence = format(
        "drifted: {}: the machine is not what it was, or these models are unlike those of the "
        "sweeps; sweep and calibrate again",
        seen);
  } else {
    drift.sentence = "no drift seen: " + seen;
  }
  return drift;
}

}  // namespace assay::calibrate
