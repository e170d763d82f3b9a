// SPDX-License-Identifier: MIT
// When sampling ends: the paired interval is narrow enough and the ratio does not drift, or the
// budget is spent, or there are samples enough. Never because of a verdict: to stop as soon as a
// difference shows finds one in 40 % of the cases where there is none. Never because of a
// coefficient of variation, which says nothing of the comparison.
#pragma once

#include <optional>
#include <span>

#include "core/units.h"
#include "lab/measure/paired_width.h"
#include "lab/measure/policy.h"
#include "lab/measure/series.h"

namespace assay::measure {

class StoppingRule {
 public:
  /// `budget` is what is left of the policy's own.
  StoppingRule(const Policy& policy, int arms, Nanoseconds budget);

  /// One round: nanoseconds of one call of each arm, and the time since sampling began.
  void add(std::span<const double> call_times, Nanoseconds elapsed);

  /// Set once sampling is to end; no round may be added after.
  std::optional<StopReason> reason() const { return reason_; }
  const PairedWidth& width() const { return width_; }
  /// How often the width was looked at: the looks grow apart, so that all of them together cost
  /// about as much as a few sorts of the whole series.
  int looks() const { return looks_; }

 private:
  bool may_stop_on_width();

  int samples_min_;
  int samples_max_;
  double width_target_;
  Nanoseconds budget_;
  PairedWidth width_;
  int rounds_ = 0;
  int next_look_;
  int looks_ = 0;
  std::optional<StopReason> reason_;
};

}  // namespace assay::measure
