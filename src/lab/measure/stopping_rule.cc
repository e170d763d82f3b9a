// SPDX-License-Identifier: MIT
#include "lab/measure/stopping_rule.h"

#include "core/check.h"

namespace assay::measure {

StoppingRule::StoppingRule(const Policy& policy, int arms, Nanoseconds budget)
    : samples_min_(policy.samples_min),
      samples_max_(policy.samples_max),
      width_target_(policy.width_target),
      budget_(budget),
      width_(arms),
      next_look_(policy.samples_min) {}

void StoppingRule::add(std::span<const double> call_times, Nanoseconds elapsed) {
  ASSAY_CHECK(!reason_, "no round is sampled after the end");
  width_.add(call_times);
  ++rounds_;
  if (rounds_ < samples_min_) return;
  if (may_stop_on_width()) {
    reason_ = StopReason::kWidth;
  } else if (rounds_ >= samples_max_) {
    reason_ = StopReason::kSamplesMax;
  } else if (elapsed >= budget_) {
    reason_ = StopReason::kBudget;
  }
}

bool StoppingRule::may_stop_on_width() {
  if (rounds_ < next_look_) return false;
  next_look_ = rounds_ + rounds_ / 4 + 1;
  ++looks_;
  const std::optional<double> width = width_.half_width();
  return width && *width <= width_target_ && !width_.is_drifting(width_target_);
}

}  // namespace assay::measure
