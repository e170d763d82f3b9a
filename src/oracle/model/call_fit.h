// SPDX-License-Identifier: MIT
// A calibration of whole calls ("cpu/1": what `assay calibrate --apply` writes) as numbers of a
// machine: what a call and a kernel take to start, the shares of the peak that kernels reach, the
// rates of the memories. It says nothing of how far off a prediction of kernels is: that model's
// held-out error is its own.
#pragma once

#include "oracle/model/machine.h"

namespace assay::oracle {

inline constexpr std::string_view kCallModel = "cpu/1";

/// Puts the fitted numbers in the place of the profile's. A coefficient that is missing or no
/// positive number is a user error that names it.
Result<void> apply_call_fit(const Calibration& calibration, Machine& machine);

/// Of the peak, by a kernel of this class and shape.
double fitted_share(const CallFit& fit, const KernelView& kernel);

}  // namespace assay::oracle
