// SPDX-License-Identifier: MIT
// Work that is timed once in every round, and what is known of it afterwards. Everything is sampled
// in every round, so that an episode of the machine touches all numbers alike and the interval of
// each spans the whole probe: a number is the median over rounds.
//
//   Timed adds{.threads = 1, .amount = flops, .work = [&](std::int64_t passes) { ... }};
//   take_rounds(all, plan, clock);
//   peak.flops_per_second = rate_of(adds, "FLOP/s", {source, date});
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "oracle/hardware/hardware_profile.h"

namespace assay::probe {

struct Timed {
  int threads = 1;
  double amount = 1;  ///< Operations, bytes or steps of one pass.
  std::function<void(std::int64_t passes)> work = {};
  std::int64_t passes = 1;           ///< As many as fill a sample.
  std::vector<double> seconds = {};  ///< Of one pass, one per round.
  int disturbed_rounds = 0;          ///< In which no sample was without an interruption.
};

/// Times that the system took a CPU from one of our threads, since the process began.
std::int64_t interruptions();

struct RoundPlan {
  int rounds = 9;
  int repetitions = 3;            ///< Of a sample in a round; the fastest counts.
  Nanoseconds sample{1'000'000};  ///< Passes are added until a sample takes as long.
  /// A pass that takes longer by itself is not repeated: it averages over its own disturbances.
  Nanoseconds repeated_max{20'000'000};
  /// Samples that were interrupted are taken again, up to so many in a round; what is never left
  /// alone counts as disturbed.
  int attempts_most = 6;
  std::int64_t (*count_interruptions)() = interruptions;
};

/// What uses few threads comes first in every round, so that no team is still spinning beside it.
void take_rounds(std::span<Timed* const> all, const RoundPlan& plan, const Clock& clock);

/// How a number was come by.
struct Method {
  std::string source;
  std::string date;
};

/// Median and its 95 % interval; that from the least to the greatest where there are too few for
/// one. Four significant digits. Checked: there are values.
oracle::Quantity measured(std::span<const double> values, std::string_view unit,
                          const Method& method);

/// amount / time, and time / amount in nanoseconds, round by round.
oracle::Quantity rate_of(const Timed& timed, std::string_view unit, const Method& method);
oracle::Quantity time_of(const Timed& timed, const Method& method);
/// The rate as a share of the ceiling's in the same round.
oracle::Quantity share_of(const Timed& timed, const Timed& ceiling, const Method& method);

}  // namespace assay::probe
