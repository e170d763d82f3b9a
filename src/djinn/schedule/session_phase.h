// SPDX-License-Identifier: MIT
// What a session says it is doing: computing, or waiting for a tool whose answer it expects at some
// time. What it says is advice, in any order and as often as it likes; a request means it computes,
// whatever it said. So no signal is ever an error of the session's: each has a meaning in each
// phase.
//
//              in COMPUTE                    in IO_WAIT
//   IO_WAIT    the wait begins               the estimate is replaced, the wait goes on
//   COMPUTE    nothing changes               the wait ends, early or late
//   a request  nothing changes               the wait ends, as if COMPUTE had come first
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/units.h"
#include "djinn/wire/session_messages.h"

namespace assay::djinn {

enum class SignalEffect : std::uint8_t {
  kWaitBegan,
  kEstimateReplaced,
  kWaitEnded,
  kNothing,
};
std::string_view to_text(SignalEffect effect);  ///< "wait began", ...

/// A client may err by hours and not by centuries: sums of times stay within 64 bits.
inline constexpr Nanoseconds kEstimateMax = std::chrono::hours(24);

class SessionPhase {
 public:
  explicit SessionPhase(Nanoseconds now) : since_(now) {}

  /// An estimate below 0 counts as none, one above kEstimateMax as that. Times never run backwards.
  SignalEffect signal(Nanoseconds now, Phase phase, std::optional<Nanoseconds> estimate);
  SignalEffect request(Nanoseconds now) { return signal(now, Phase::kCompute, std::nullopt); }

  bool is_waiting() const { return phase_ == Phase::kIoWait; }
  Nanoseconds since() const { return since_; }
  /// When the client said that it would be back; none where it did not.
  std::optional<Nanoseconds> announced() const { return announced_; }
  /// When it will be back, for all that is known: as announced; else after the mean of its waits so
  /// far; else, and behind either time, after as long again as it has waited already (waits are
  /// heavy-tailed: one that has lasted long will last).
  Nanoseconds predicted_resume(Nanoseconds now) const;
  /// Mean of its waits, the last ones counting most; none before the first ended.
  std::optional<Nanoseconds> wait_mean() const { return wait_mean_; }

 private:
  Phase phase_ = Phase::kCompute;
  Nanoseconds since_;
  std::optional<Nanoseconds> announced_;
  std::optional<Nanoseconds> wait_mean_;
};

}  // namespace assay::djinn
