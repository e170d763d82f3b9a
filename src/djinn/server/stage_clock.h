// SPDX-License-Identifier: MIT
// Where the time of one request goes. Every lap begins where the last one ended, so that the stages
// add up to the whole by construction.
#pragma once

#include "core/clock.h"
#include "djinn/wire/model_messages.h"

namespace assay::djinn {

class StageClock {
 public:
  /// When the first byte of the request came, and when the last one did.
  StageClock(const Clock& clock, Nanoseconds began, Nanoseconds received)
      : clock_(&clock), last_(received), timers_{.receive = received - began} {}

  /// The time since the last lap belongs to `stage`: `clock.lap(&StageTimers::queue)`.
  void lap(Nanoseconds StageTimers::*stage) {
    const Nanoseconds now = clock_->now();
    timers_.*stage += now - last_;
    last_ = now;
  }
  /// What was measured elsewhere.
  void set(Nanoseconds StageTimers::*stage, Nanoseconds time) { timers_.*stage = time; }
  const StageTimers& timers() const { return timers_; }
  Nanoseconds now() const { return clock_->now(); }

 private:
  const Clock* clock_;
  Nanoseconds last_;
  StageTimers timers_;
};

}  // namespace assay::djinn
