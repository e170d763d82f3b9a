// SPDX-License-Identifier: MIT
// Ways to predict a time that learn from measured points: the model of the machine, and four that a
// model has to beat before it may be called calibrated. Each baseline is given the best that its
// form can do, not the worst: one that loses by accident proves nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "oracle/calibrate/machine_model.h"
#include "oracle/calibrate/point.h"

namespace assay::calibrate {

using Trained = std::function<double(const Work& work)>;  ///< Nanoseconds.

struct Method {
  std::string name = {};
  std::function<Trained(std::span<const Point> points)> train;
};

/// The model with all its coefficients fitted.
Method model_method(std::shared_ptr<const LatencyModel> model);
/// The same time for everything: the geometric mean of what was seen.
Method constant_method();
/// max(flops / peak, bytes / bandwidth of main memory), nothing fitted.
Method peak_roofline_method(const MachinePrior& machine);
/// The seed's: the peak times one efficiency factor, the one that is off the least in the median.
Method one_factor_method(const MachinePrior& machine);
/// max(flops / p, bytes / b) + c with all three fitted.
Method three_parameter_method(const MachinePrior& machine);

/// The four, in this order.
std::vector<Method> baselines(const MachinePrior& machine);

/// The one efficiency factor that fits the points best, as a share of the peak.
double best_efficiency_factor(const MachinePrior& machine, std::span<const Point> points);

}  // namespace assay::calibrate
