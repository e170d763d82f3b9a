// SPDX-License-Identifier: MIT
#include "djinn/schedule/think_time.h"

#include <span>

namespace assay::djinn {
namespace {

/// A wait between two bounds, and how many of all waits are such.
struct Range {
  double share;
  double low;
  double high;
};
constexpr std::array<Range, 3> kTraceRanges{{{0.86, 0.01, 1}, {0.09, 1, 10}, {0.05, 10, 60}}};
constexpr std::array<Range, 1> kUniformRanges{{{1, 10, 20}}};

std::span<const Range> ranges_of(ThinkLaw law) {
  if (law == ThinkLaw::kTrace) return kTraceRanges;
  return kUniformRanges;
}

Nanoseconds span_of(double seconds) {
  return Nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

}  // namespace

Nanoseconds draw_think(ThinkLaw law, Random& random) {
  const std::span<const Range> ranges = ranges_of(law);
  double kind = random.uniform();
  std::size_t at = 0;
  for (; at + 1 < ranges.size() && kind >= ranges[at].share; ++at)
    kind -= ranges[at].share;
  return span_of(ranges[at].low + (ranges[at].high - ranges[at].low) * random.uniform());
}

Seconds think_mean(ThinkLaw law) {
  double mean = 0;
  for (const Range& range : ranges_of(law))
    mean += range.share * (range.low + range.high) / 2;
  return Seconds(mean);
}

std::optional<Nanoseconds> draw_estimate(EstimateQuality quality, Nanoseconds gap, Random& random) {
  switch (quality) {
    case EstimateQuality::kExact:
      return gap;
    case EstimateQuality::kNoisy:
      return span_of(Seconds(gap).count() * (0.5 + random.uniform()));
    case EstimateQuality::kMissing:
      return std::nullopt;
    case EstimateQuality::kWild:
      return Nanoseconds(static_cast<std::int64_t>(random.next()));
  }
  return std::nullopt;  // Not reached: -Wswitch keeps the list complete.
}

}  // namespace assay::djinn
