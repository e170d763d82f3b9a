// SPDX-License-Identifier: MIT
// A latency model of one machine: besides predicting, it says what bounds a call, and what its fit
// means for the peak of the machine, which is known from elsewhere and never fitted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "oracle/calibrate/fit.h"
#include "oracle/calibrate/latency_model.h"

namespace assay::calibrate {

/// One level of memory as all threads together see it.
struct MemoryTier {
  std::string name = {};      ///< "L2", "L3", "DRAM"
  double capacity_bytes = 0;  ///< 0 for the last: it holds everything.
  double bytes_per_second = 0;
  double log_sd = 1;  ///< How well it is known before anything is fitted.
};

/// What is known of the machine before the fit.
struct MachinePrior {
  std::string name = {};
  int threads = 1;
  double flops_per_second = 0;  ///< The peak of multiply-adds, f32, all threads.
  std::string peak_source = {};
  std::vector<MemoryTier> tiers = {};  ///< The smallest first; at least one.
};

/// Of the coefficient that PeakShare is.
inline constexpr std::string_view kPeakShareName = "product_share";

/// The share of the peak that wide matrix products reach: the seed's `efficiency_factor`.
struct PeakShare {
  double value = 0;
  Interval interval = {};
  double prior = 0;
  double prior_log_sd = 0;
  Standing standing = Standing::kHeld;
};

class MachineModel : public LatencyModel {
 public:
  /// Changes with the meaning of its coefficients: "cpu/1".
  virtual std::string_view name() const = 0;
  /// "compute", "memory" or "overhead": what a call spends most of its time on.
  virtual std::string_view bound_by(const Work& work, std::span<const double> values) const = 0;
  virtual PeakShare peak_share(const Fit& fit) const = 0;
  virtual const MachinePrior& machine() const = 0;
};

}  // namespace assay::calibrate
