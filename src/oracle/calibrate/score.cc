// SPDX-License-Identifier: MIT
#include "oracle/calibrate/score.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/statistics/order_statistics.h"

namespace assay::calibrate {
namespace {

double sign(double value) {
  return static_cast<double>(static_cast<int>(value > 0) - static_cast<int>(value < 0));
}

double r2(std::span<const double> measured, std::span<const double> predicted) {
  const double mean = statistics::mean(measured);
  double left = 0;
  double around = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    left += (predicted[i] - measured[i]) * (predicted[i] - measured[i]);
    around += (measured[i] - mean) * (measured[i] - mean);
  }
  return around > 0 ? 1 - left / around : 0;
}

std::optional<double> coverage_of(std::span<const Predicted> all) {
  int promised = 0;
  int kept = 0;
  for (const Predicted& one : all) {
    if (one.log_half_width <= 0) continue;
    ++promised;
    kept += std::abs(std::log(one.predicted / one.measured)) <= one.log_half_width ? 1 : 0;
  }
  if (promised == 0) return std::nullopt;
  return static_cast<double>(kept) / promised;
}

}  // namespace

double relative_error(const Predicted& one) {
  return std::abs(one.predicted - one.measured) / one.measured;
}

double kendall_tau(std::span<const double> left, std::span<const double> right) {
  ASSAY_CHECK_EQ(left.size(), right.size(), "pairs have two sides");
  double agree = 0;
  double left_differs = 0;
  double right_differs = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double a = sign(left[i] - left[j]);
      const double b = sign(right[i] - right[j]);
      agree += a * b;
      left_differs += a * a;
      right_differs += b * b;
    }
  }
  const double both = std::sqrt(left_differs * right_differs);
  return both > 0 ? agree / both : 0;
}

Score score(std::span<const Predicted> all) {
  ASSAY_CHECK(!all.empty(), "something was predicted");
  std::vector<double> errors;
  std::vector<double> signed_errors;
  std::vector<double> measured;
  std::vector<double> predicted;
  for (const Predicted& one : all) {
    ASSAY_CHECK(one.measured > 0 && one.predicted > 0, "times are above 0");
    errors.push_back(relative_error(one));
    signed_errors.push_back((one.predicted - one.measured) / one.measured);
    measured.push_back(std::log(one.measured));
    predicted.push_back(std::log(one.predicted));
  }
  Score result;
  result.count = static_cast<int>(all.size());
  result.mape = statistics::mean(errors);
  result.mdape = statistics::median(errors);
  result.p90 = statistics::quantile(errors, 0.9);
  result.worst = *std::ranges::max_element(errors);
  result.bias = statistics::mean(signed_errors);
  result.ratio = std::exp(statistics::mean(predicted) - statistics::mean(measured));
  result.r2_log = r2(measured, predicted);
  result.tau = kendall_tau(measured, predicted);
  result.coverage = coverage_of(all);
  return result;
}

}  // namespace assay::calibrate
