// SPDX-License-Identifier: MIT
#include "djinn/schedule/session_phase.h"

#include <algorithm>

#include "core/check.h"

namespace assay::djinn {

std::string_view to_text(SignalEffect effect) {
  switch (effect) {
    case SignalEffect::kWaitBegan:
      return "wait began";
    case SignalEffect::kEstimateReplaced:
      return "estimate replaced";
    case SignalEffect::kWaitEnded:
      return "wait ended";
    case SignalEffect::kNothing:
      return "nothing";
  }
  return "?";  // Not reached: -Wswitch keeps the list complete.
}

SignalEffect SessionPhase::signal(Nanoseconds now, Phase phase,
                                  std::optional<Nanoseconds> estimate) {
  ASSAY_CHECK(now >= since_, "time does not run backwards");
  if (phase == Phase::kCompute) {
    if (!is_waiting()) return SignalEffect::kNothing;
    const Nanoseconds waited = now - since_;
    // A quarter of the last wait and three of the mean: a change shows within a few turns.
    wait_mean_ = wait_mean_ ? (*wait_mean_ * 3 + waited) / 4 : waited;
    announced_.reset();
    phase_ = Phase::kCompute;
    since_ = now;
    return SignalEffect::kWaitEnded;
  }
  const bool was_waiting = is_waiting();
  if (!was_waiting) since_ = now;
  phase_ = Phase::kIoWait;
  announced_.reset();
  if (estimate && *estimate >= Nanoseconds(0)) announced_ = now + std::min(*estimate, kEstimateMax);
  return was_waiting ? SignalEffect::kEstimateReplaced : SignalEffect::kWaitBegan;
}

Nanoseconds SessionPhase::predicted_resume(Nanoseconds now) const {
  if (!is_waiting()) return now;
  if (announced_ && *announced_ > now) return *announced_;
  if (!announced_ && wait_mean_ && since_ + *wait_mean_ > now) return since_ + *wait_mean_;
  return now + (now - since_);
}

}  // namespace assay::djinn
