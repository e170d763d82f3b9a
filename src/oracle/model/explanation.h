// SPDX-License-Identifier: MIT
// Why a prediction is what it is, in sentences: what the time is made of, what bounds most of it,
// and how much less it would be if a number of the machine were another.
#pragma once

#include <string>
#include <vector>

#include "oracle/model/estimator.h"

namespace assay::oracle {

/// Something to change, and the share of the time that it would save.
struct Remedy {
  std::string what;  ///< "twice the rate of DRAM"
  double saved = 0;  ///< 0.31
};
/// Each predicted anew with that one number changed; the most helpful first, none below 2 %.
std::vector<Remedy> remedies(const Estimate& estimate);

/// "products at 71 % of the peak", "DRAM", "start: its work takes 0.8 us"
std::string regime_of(const KernelPrediction& kernel, const Machine& machine);

/// One sentence a line.
std::vector<std::string> explain(const Estimate& estimate);

}  // namespace assay::oracle
