// SPDX-License-Identifier: MIT
#include "oracle/calibrate/point.h"

#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "core/format.h"

namespace assay::calibrate {

std::string title_of(const Point& point) {
  return format("{}, batch {}", name_of(point.configuration), point.configuration.batch);
}

std::string size_of(const Point& point) {
  return format("1e{} flops",
                static_cast<int>(std::floor(std::log10(std::max(point.work.flops, 1.0)))));
}

Result<std::vector<Point>> points_of(std::span<const SweepRow> rows) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SweepRow& row = rows[i];
    if (row.device != rows[0].device || row.precision != rows[0].precision) {
      return Error::user(
          "row {}: {} at {} beside {} at {}: one machine is fitted at a time; keep the rows of "
          "one device and precision",
          i + 1, row.device, row.precision, rows[0].device, rows[0].precision);
    }
    Point point{.configuration = row.configuration, .family = family_of(row.configuration)};
    ASSAY_TRY(point.work, work_of(row.configuration).context("in row {}", i + 1));
    if (point.work.uncounted > 0) {
      return Error::user("unsupported: row {}: {} of {} kernels of {} have no count", i + 1,
                         point.work.uncounted, point.work.kernels, row.configuration.model);
    }
    constexpr double kNsOfMs = 1e6;
    point.time_ns = row.time_ms * kNsOfMs;
    point.log_sd = row.time_sd_ms / row.time_ms;
    points.push_back(std::move(point));
  }
  return points;
}

double noise_floor(std::span<const Point> points) {
  double sum = 0;
  for (const Point& point : points)
    sum += point.log_sd;
  // The mean of |x| of a normal x is its standard deviation times this.
  const double mean_of_size = std::sqrt(2 / std::numbers::pi);
  return points.empty() ? 0 : mean_of_size * sum / static_cast<double>(points.size());
}

std::vector<Datum> data_of(std::span<const Point> points) {
  constexpr double kLeastSd = 0.003;  // A clock that is read twice and two processes' layouts.
  std::vector<Datum> data;
  for (const Point& point : points)
    data.push_back({std::log(point.time_ns), std::max(point.log_sd, kLeastSd)});
  return data;
}

}  // namespace assay::calibrate
