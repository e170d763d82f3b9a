// SPDX-License-Identifier: MIT
// Judged on what was never seen: all points of a group are left out of the fit and predicted from
// the rest, each group in turn. The intervals are promised without looking either: their width is
// the 80 % quantile of the errors of the same exercise inside the points that are left.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "oracle/calibrate/method.h"
#include "oracle/calibrate/score.h"

namespace assay::calibrate {

enum class Grouping : std::uint8_t {
  kFamily,  ///< MLPs from everything else, ResNets from everything else, ...
  kSize,    ///< A decade of arithmetic from the other decades.
  kPoint,   ///< Every point from the others.
};
std::string_view to_text(Grouping grouping);

struct HeldOut {
  std::vector<std::string> groups = {};   ///< In the order in which they first appear.
  std::vector<int> group_of = {};         ///< Of each point.
  std::vector<Predicted> predicted = {};  ///< Of each point.

  Score whole() const { return score(predicted); }
  Score of(int group) const;
};

inline constexpr double kPromised = 0.8;  ///< Of the intervals.

/// None where there is one group only: nothing is left to learn from.
std::optional<HeldOut> hold_out(std::span<const Point> points, Grouping grouping,
                                const Method& method, bool promises_intervals = false);

/// Half the width (of the logarithm) that an interval for an unseen point needs, from points left
/// out by `grouping`, where that gives one group by size, else one by one. 0 where a point is
/// alone.
double promised_half_width(std::span<const Point> points, const Method& method, Grouping grouping);

}  // namespace assay::calibrate
