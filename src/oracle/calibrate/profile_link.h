// SPDX-License-Identifier: MIT
// The two ends of a calibration at a hardware profile: what the profile knows before a fit, and
// what a fit adds to it.
//
//   ASSAY_TRY(MachinePrior prior, prior_of(profile, threads));
//   profile.calibration = calibration_of(judgement, version, date);
//   ASSAY_TRY(AppliedFit applied, applied_fit(profile, model));   // Later, by whoever predicts.
#pragma once

#include <string>
#include <vector>

#include "oracle/calibrate/judgement.h"
#include "oracle/hardware/hardware_profile.h"

namespace assay::calibrate {

/// The f32 peak and the memory tiers for so many threads. The bandwidths are those of streams; what
/// kernels get out of a tier is near it and not the same, so each is a belief within a factor.
Result<MachinePrior> prior_of(const oracle::HardwareProfile& profile, int threads);

/// The other way, for a machine that nobody has probed: a profile of no more than the prior says.
oracle::HardwareProfile profile_of(const MachinePrior& prior, const std::string& name,
                                   const std::string& date);

/// The efficiency factor that the profile holds now: fitted, else the best of its product curves,
/// else assumed.
CurrentFactor current_factor(const oracle::HardwareProfile& profile);

/// Coefficients with intervals and covariance (of logarithms), the width of the promised intervals,
/// the data's hash and the verdict.
oracle::Calibration calibration_of(const Judgement& judgement, std::int64_t version,
                                   const std::string& date);

struct AppliedFit {
  std::vector<double> values;  ///< In the order of the model's coefficients.
  double half_width = 0;       ///< Of the intervals that were promised, of the logarithm.
  std::int64_t version = 0;
};

/// A user error where the profile has no calibration, one of another model, or one that lacks a
/// coefficient of this model.
Result<AppliedFit> applied_fit(const oracle::HardwareProfile& profile, const MachineModel& model);

}  // namespace assay::calibrate
