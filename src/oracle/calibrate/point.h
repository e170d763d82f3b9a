// SPDX-License-Identifier: MIT
// A configuration that was measured, with what it gave the machine to do: what a fit learns from
// and is judged on.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "oracle/calibrate/fit.h"
#include "oracle/calibrate/sweep_row.h"
#include "oracle/calibrate/work.h"

namespace assay::calibrate {

struct Point {
  Configuration configuration = {};
  std::string family = {};
  Work work = {};
  double time_ns = 0;
  double log_sd = 0;  ///< Between processes; 0: not known.
};

/// "mlp512-512-128, batch 32"
std::string title_of(const Point& point);

/// The decade of its arithmetic: "1e8 flops".
std::string size_of(const Point& point);

/// Counts the work of each row. Rows of other devices or precisions than the first, and models that
/// cannot be counted as a whole, are errors that name the row.
Result<std::vector<Point>> points_of(std::span<const SweepRow> rows);

/// What noise alone costs: the mean relative error of one process's median against that of others.
double noise_floor(std::span<const Point> points);

std::vector<Datum> data_of(std::span<const Point> points);

}  // namespace assay::calibrate
