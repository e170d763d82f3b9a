// SPDX-License-Identifier: MIT
// How long agents wait for their tools, and how well they know it beforehand: one law for the
// simulation on numbers and for the population that talks to a real server.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/random.h"
#include "core/units.h"

namespace assay::djinn {

enum class ThinkLaw : std::uint8_t {
  kUniform,  ///< Between 10 and 20 seconds: the think times of the original study.
  kTrace,    ///< As coding agents do: 86 % of the waits below a second, 95 % below ten, to 60.
};
inline constexpr std::array<std::string_view, 2> kThinkLawNames{"uniform", "trace"};

Nanoseconds draw_think(ThinkLaw law, Random& random);
/// The mean of the law, not of a sample.
Seconds think_mean(ThinkLaw law);

/// How well agents know when they will be back.
enum class EstimateQuality : std::uint8_t {
  kExact,
  kNoisy,    ///< Times a factor between a half and one and a half.
  kMissing,  ///< None.
  kWild,     ///< Anything at all; the simulation also doubles signals and turns them round.
};
inline constexpr std::array<std::string_view, 4> kEstimateQualityNames{"exact", "noisy", "missing",
                                                                       "wild"};

/// What an agent says whose tool will take `gap`.
std::optional<Nanoseconds> draw_estimate(EstimateQuality quality, Nanoseconds gap, Random& random);

}  // namespace assay::djinn
