// SPDX-License-Identifier: MIT
// What the selected points of a claim say for and against it. The evidence is two p-values; whether
// they suffice is decided over all claims of the run (claims.h).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/value.h"
#include "lab/analysis/ratios.h"
#include "lab/spec/spec.h"

namespace assay::analysis {

struct ClaimPoint {
  std::string trial_id;
  PairedLogs paired;
};

struct ClaimEvidence {
  double p_support = 1;  ///< Chance of data so favourable if the claim is false.
  double p_refute = 1;   ///< Chance of data so adverse if the claim is true.
  std::string trial_id;  ///< The point that decides; empty: the mean of all.
  Value value;           ///< The ratio or the metric there.
  int processes = 0;     ///< Of the point with the fewest.
  std::optional<std::int64_t> processes_needed;  ///< In all, if the claim is as true as it looks.
};

/// Checked: not empty, every point measured in at least one process. `every`: the weakest point
/// decides for the claim, and against it either the worst point (times their number) or the
/// geometric mean of all, which a claim about every point implies.
ClaimEvidence weigh(const spec::Claim& claim, std::span<const ClaimPoint> points);

/// The same points with the effect reversed: mirrored across the bound where they satisfy the
/// claim, and at least ten half-widths beyond it. A claim that these do not refute cannot fail.
std::vector<ClaimPoint> reversed(const spec::Claim& claim, std::span<const ClaimPoint> points);

/// How far the bound of a claim on a ratio is from "no difference", as a fraction.
double margin_of(const spec::Claim& claim);

/// "< 0.667", "> 1.05", "within 2 % of 1", "< 20 ms".
std::string bound_text(const spec::Claim& claim);
/// The value in the unit that the bound is said in, and that unit behind a space; empty: none.
Value said_value(const spec::Claim& claim, const Value& value);
std::string unit_suffix(const spec::Claim& claim);

}  // namespace assay::analysis
