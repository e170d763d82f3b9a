// SPDX-License-Identifier: MIT
#include "oracle/calibrate/held_out.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay::calibrate {
namespace {

std::string group_name(const Point& point, Grouping grouping) {
  if (grouping == Grouping::kFamily) return point.family;
  if (grouping == Grouping::kSize) return size_of(point);
  return title_of(point);
}

/// Not below the share that is promised, for one more like these: rank (n + 1) kPromised.
double quantile_of_sizes(std::vector<double> sizes) {
  if (sizes.empty()) return 0;
  std::ranges::sort(sizes);
  const double rank = std::ceil(kPromised * static_cast<double>(sizes.size() + 1));
  return sizes[std::min(static_cast<std::size_t>(rank), sizes.size()) - 1];
}

}  // namespace

std::string_view to_text(Grouping grouping) {
  constexpr std::array<std::string_view, 3> kNames{"family", "size", "point"};
  return kNames[static_cast<std::size_t>(grouping)];
}

Score HeldOut::of(int group) const {
  std::vector<Predicted> some;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    if (group_of[i] == group) some.push_back(predicted[i]);
  }
  return score(some);
}

std::optional<HeldOut> hold_out(std::span<const Point> points, Grouping grouping,
                                const Method& method, bool promises_intervals) {
  HeldOut result;
  for (const Point& point : points) {
    const std::string name = group_name(point, grouping);
    auto found = std::ranges::find(result.groups, name);
    if (found == result.groups.end()) found = result.groups.insert(found, name);
    result.group_of.push_back(static_cast<int>(found - result.groups.begin()));
  }
  if (result.groups.size() < 2) return std::nullopt;
  result.predicted.resize(points.size());
  for (int group = 0; group < std::ssize(result.groups); ++group) {
    std::vector<Point> rest;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (result.group_of[i] != group) rest.push_back(points[i]);
    }
    const Trained trained = method.train(rest);
    const double half_width = promises_intervals ? promised_half_width(rest, method, grouping) : 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (result.group_of[i] != group) continue;
      result.predicted[i] = {points[i].time_ns, trained(points[i].work), half_width};
    }
  }
  return result;
}

double promised_half_width(std::span<const Point> points, const Method& method, Grouping grouping) {
  for (const Grouping tried : {grouping, Grouping::kSize, Grouping::kPoint}) {
    const auto held_out = hold_out(points, tried, method);
    if (!held_out) continue;
    std::vector<double> sizes;
    for (const Predicted& one : held_out->predicted)
      sizes.push_back(std::abs(std::log(one.predicted / one.measured)));
    return quantile_of_sizes(std::move(sizes));
  }
  return 0;
}

}  // namespace assay::calibrate
