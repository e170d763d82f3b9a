// SPDX-License-Identifier: MIT
// What a fit adjusts: a model with named coefficients, each with a unit, a meaning and a prior. The
// prior is a belief with a width (log-normal), so that what the data cannot tell stays where it was
// and says so.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "oracle/calibrate/work.h"

namespace assay::calibrate {

struct Coefficient {
  std::string name = {};
  std::string unit = {};  ///< "ns", "B/s", "share"
  std::string meaning = {};
  double prior = 1;
  double prior_log_sd = 1;  ///< Of the logarithm: 0.7 is "within a factor of 2".
  double low = 0;           ///< Beyond it the value means nothing; above 0.
  double high = 0;
};

class LatencyModel {
 public:
  virtual ~LatencyModel() = default;
  virtual const std::vector<Coefficient>& coefficients() const = 0;
  /// Nanoseconds of one call. `values` as long as the coefficients, each within its bounds.
  virtual double predict(const Work& work, std::span<const double> values) const = 0;
};

}  // namespace assay::calibrate
