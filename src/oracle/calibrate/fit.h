// SPDX-License-Identifier: MIT
// Coefficients from measured times: residuals are those of logarithms, so that a millisecond and a
// second count alike; Huber's weights keep one disturbed point from deciding; priors (log-normal)
// keep what the data cannot tell where it was; bounds keep every value one that means something.
//
// A coefficient whose width the data do not narrow by a tenth is not identified, nor is one of two
// that show only together: it is held at its prior, and says so. Which ones stand on the data is
// therefore a result, not an assumption.
//
//   Fit fitted = fit(model.coefficients(), data, [&](std::size_t i, std::span<const double> v) {
//     return model.predict(works[i], v);
//   });
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/value.h"
#include "oracle/calibrate/latency_model.h"
#include "oracle/calibrate/matrix.h"

namespace assay::calibrate {

struct Datum {
  double log_time = 0;    ///< Of nanoseconds.
  double log_sd = 0.005;  ///< Of what was measured; what the model misses is estimated.
};

/// Nanoseconds of datum `index`, above 0.
using Predict = std::function<double(std::size_t index, std::span<const double> values)>;

enum class Standing : std::uint8_t {
  kFitted,
  kHeld,     ///< The data do not tell: at its prior.
  kAtBound,  ///< The data want a value that means nothing.
};
std::string_view to_text(Standing standing);

struct FittedCoefficient {
  Coefficient about = {};
  double value = 0;
  double log_sd = 0;
  Interval interval = {};  ///< At FitOptions::confidence; of one that is held, its prior's.
  Standing standing = Standing::kHeld;
  /// The width that the data leave of the prior's: 1 nothing was learned, 0 everything.
  double width_left = 1;
};

struct Fit {
  std::vector<FittedCoefficient> coefficients = {};  ///< In the order of the model.
  Matrix covariance{0};                              ///< Of the logarithms; of what is held, too.
  double scale = 0;  ///< Standard deviation of a log residual, without the outliers.
  /// Largest over smallest singular value of the scaled Jacobian of what was fitted; 1 is best, and
  /// above kConditionDoubtful single values mean little, whatever their sum predicts.
  double condition = 1;
  double degrees = 0;  ///< Data less what was spent on coefficients.
  bool has_converged = false;

  std::vector<double> values() const;
  const FittedCoefficient* find(std::string_view name) const;
};
inline constexpr double kConditionDoubtful = 30;

struct FitOptions {
  double confidence = 0.9;
};

/// Checked: at least one datum.
Fit fit(const std::vector<Coefficient>& coefficients, std::span<const Datum> data,
        const Predict& predict, const FitOptions& options = {});

}  // namespace assay::calibrate
