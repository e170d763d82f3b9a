// SPDX-License-Identifier: MIT
#include "oracle/calibrate/fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/check.h"
#include "core/statistics/distributions.h"
#include "core/statistics/order_statistics.h"

namespace assay::calibrate {
namespace {

constexpr double kHuber = 1.345;       // 95 % as good as least squares where nothing is wrong.
constexpr double kScaleToBegin = 0.2;  // Wide: nothing is an outlier before anything fits.
constexpr double kScalePrior = 0.05;   // A model that is right to 5 %, worth one datum.
constexpr double kWidthLeftHeld = 0.9;
// Of two that show only as their product each keeps 0.707: one is held, and the other can be told.
constexpr double kWidthLeftEntangled = 0.7;
constexpr double kConditionHopeless = 100;
constexpr double kStep = 1e-5;  // Of a logarithm, for derivatives.

/// The problem in logarithms, over the coefficients that are free.
class Search {
 public:
  Search(const std::vector<Coefficient>& coefficients, std::span<const Datum> data,
         const Predict& predict)
      : coefficients_(coefficients), data_(data), predict_(predict) {
    for (const Coefficient& coefficient : coefficients)
      logs_.push_back(std::log(coefficient.prior));
    is_free_.assign(coefficients.size(), true);
  }

  void hold(std::size_t index) {
    is_free_[index] = false;
    logs_[index] = std::log(coefficients_[index].prior);
  }
  std::vector<std::size_t> free() const {
    std::vector<std::size_t> indexes;
    for (std::size_t i = 0; i < is_free_.size(); ++i) {
      if (is_free_[i]) indexes.push_back(i);
    }
    return indexes;
  }

  bool run();
  double scale() const { return scale_; }
  const std::vector<double>& logs() const { return logs_; }
  double spent() const { return spent_; }

  /// Of these coefficients: J^T J over the effective variance of a residual, and over the plain.
  Matrix information(const std::vector<std::size_t>& columns) const;
  Matrix plain_information(const std::vector<std::size_t>& columns) const;
  double precision(std::size_t index) const {
    const double sd = coefficients_[index].prior_log_sd;
    return 1 / (sd * sd);
  }

 private:
  std::vector<double> residuals(const std::vector<double>& logs) const;
  double cost(const std::vector<double>& logs) const;
  /// A row per datum, a column per coefficient of `columns`.
  std::vector<std::vector<double>> jacobian(const std::vector<std::size_t>& columns) const;
  double sd_of(std::size_t datum) const { return std::hypot(scale_, data_[datum].log_sd); }
  bool descend();
  bool step(double& damping);
  std::vector<double> moved(const std::vector<double>& by) const;
  void estimate_scale();

  const std::vector<Coefficient>& coefficients_;
  std::span<const Datum> data_;
  const Predict& predict_;
  std::vector<double> logs_;
  std::vector<bool> is_free_;
  double scale_ = kScaleToBegin;
  double spent_ = 0;
};

std::vector<double> Search::residuals(const std::vector<double>& logs) const {
  std::vector<double> values;
  for (const double log : logs)
    values.push_back(std::exp(log));
  std::vector<double> residuals(data_.size());
  for (std::size_t i = 0; i < data_.size(); ++i) {
    residuals[i] = std::log(predict_(i, values)) - data_[i].log_time;
  }
  return residuals;
}

double Search::cost(const std::vector<double>& logs) const {
  const std::vector<double> all = residuals(logs);
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double u = std::abs(all[i]) / sd_of(i);
    sum += u <= kHuber ? u * u / 2 : kHuber * (u - kHuber / 2);
  }
  for (const std::size_t index : free()) {
    const double off = logs[index] - std::log(coefficients_[index].prior);
    sum += off * off * precision(index) / 2;
  }
  return sum;
}

std::vector<std::vector<double>> Search::jacobian(const std::vector<std::size_t>& columns) const {
  std::vector<std::vector<double>> rows(data_.size(), std::vector<double>(columns.size()));
  const std::vector<double> here = residuals(logs_);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<double> logs = logs_;
    logs[columns[c]] += kStep;
    const std::vector<double> above = residuals(logs);
    for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i][c] = (above[i] - here[i]) / kStep;
  }
  return rows;
}

std::vector<double> Search::moved(const std::vector<double>& by) const {
  std::vector<double> logs = logs_;
  const std::vector<std::size_t> columns = free();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Coefficient& about = coefficients_[columns[c]];
    // At most a factor of e at a time: beyond that the straight line says nothing.
    logs[columns[c]] = std::clamp(logs[columns[c]] + std::clamp(by[c], -1.0, 1.0),
                                  std::log(about.low), std::log(about.high));
  }
  return logs;
}

/// One accepted step of Levenberg and Marquardt; false where none makes it better.
bool Search::step(double& damping) {
  const std::vector<std::size_t> columns = free();
  const std::vector<double> all = residuals(logs_);
  const auto rows = jacobian(columns);
  Matrix normal(columns.size());
  std::vector<double> gradient(columns.size(), 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double u = std::abs(all[i]) / sd_of(i);
    const double weight = (u <= kHuber ? 1 : kHuber / u) / (sd_of(i) * sd_of(i));
    for (std::size_t a = 0; a < columns.size(); ++a) {
      gradient[a] -= weight * rows[i][a] * all[i];
      for (std::size_t b = 0; b < columns.size(); ++b)
        normal.at(a, b) += weight * rows[i][a] * rows[i][b];
    }
  }
  for (std::size_t a = 0; a < columns.size(); ++a) {
    const double off = logs_[columns[a]] - std::log(coefficients_[columns[a]].prior);
    gradient[a] -= off * precision(columns[a]);
    normal.at(a, a) += precision(columns[a]);
  }
  const double before = cost(logs_);
  for (int attempt = 0; attempt < 12; ++attempt, damping *= 4) {
    Matrix damped = normal;
    for (std::size_t a = 0; a < columns.size(); ++a)
      damped.at(a, a) *= 1 + damping;
    const auto by = solve(damped, gradient);
    if (!by) continue;
    const std::vector<double> logs = moved(*by);
    const double after = cost(logs);
    if (!(after < before)) continue;
    logs_ = logs;
    damping = std::max(damping / 8, 1e-9);
    return before - after > 1e-6 * (1 + before);
  }
  return false;
}

bool Search::descend() {
  constexpr int kStepsMax = 100;
  double damping = 1e-3;
  for (int i = 0; i < kStepsMax; ++i) {
    if (!step(damping)) return true;
  }
  return false;
}

/// From the median of the residuals, which outliers do not move, over what is left of the data once
/// the coefficients are paid for; drawn to kScalePrior with the weight of one datum.
void Search::estimate_scale() {
  const std::vector<std::size_t> columns = free();
  const Matrix information = plain_information(columns);
  Matrix posterior(columns.size());
  for (std::size_t a = 0; a < columns.size(); ++a) {
    for (std::size_t b = 0; b < columns.size(); ++b)
      posterior.at(a, b) = information.at(a, b) + (a == b ? precision(columns[a]) : 0);
  }
  spent_ = 0;
  if (const auto covariance = inverse(posterior)) {
    for (std::size_t a = 0; a < columns.size(); ++a)
      spent_ += 1 - covariance->at(a, a) * precision(columns[a]);
  }
  std::vector<double> sizes;  // As large as they would be without the noise that is known.
  const std::vector<double> all = residuals(logs_);
  for (std::size_t i = 0; i < all.size(); ++i)
    sizes.push_back(std::abs(all[i]) * scale_ / sd_of(i));
  constexpr double kNormalMad = 1.4826;
  const auto count = static_cast<double>(data_.size());
  const double left = std::max(count - spent_, 0.0);
  const double seen =
      left > 0 ? kNormalMad * statistics::median(sizes) * std::sqrt(count / left) : 0;
  scale_ = std::sqrt((kScalePrior * kScalePrior + left * seen * seen) / (1 + left));
}

Matrix Search::plain_information(const std::vector<std::size_t>& columns) const {
  const auto rows = jacobian(columns);
  Matrix information(columns.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double weight = 1 / (sd_of(i) * sd_of(i));
    for (std::size_t a = 0; a < information.rows(); ++a) {
      for (std::size_t b = 0; b < information.rows(); ++b)
        information.at(a, b) += weight * rows[i][a] * rows[i][b];
    }
  }
  return information;
}

Matrix Search::information(const std::vector<std::size_t>& columns) const {
  // What Huber's weights cost: the variance of psi over the square of its mean slope.
  double squares = 0;
  double inside = 0;
  const std::vector<double> all = residuals(logs_);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double u = std::abs(all[i]) / sd_of(i);
    squares += u <= kHuber ? u * u : kHuber * kHuber;
    inside += u <= kHuber ? 1 : 0;
  }
  const auto count = static_cast<double>(all.size());
  const double slope = std::max(inside / count, 0.5);
  const double left = std::max(count - spent_, 1.0);
  const double loss = std::max(1.0, squares / left / (slope * slope));
  Matrix information = plain_information(columns);
  for (std::size_t a = 0; a < information.rows(); ++a) {
    for (std::size_t b = 0; b < information.rows(); ++b)
      information.at(a, b) /= loss;
  }
  return information;
}

bool Search::run() {
  scale_ = kScaleToBegin;
  bool has_converged = true;
  constexpr int kRounds = 6;  // The scale settles in three or four.
  for (int round = 0; round < kRounds; ++round) {
    has_converged = descend();
    const double before = scale_;
    estimate_scale();
    if (std::abs(scale_ - before) < 0.01 * before) break;
  }
  return has_converged;
}

Matrix posterior_of(const Search& search, const std::vector<std::size_t>& columns) {
  Matrix posterior = search.information(columns);
  for (std::size_t a = 0; a < columns.size(); ++a)
    posterior.at(a, a) += search.precision(columns[a]);
  const auto covariance = inverse(posterior);
  ASSAY_CHECK(covariance.has_value(), "priors make the posterior definite");
  return *covariance;
}

double condition_of(const Search& search) {
  const Matrix information = search.plain_information(search.free());
  Matrix scaled(information.rows());
  for (std::size_t a = 0; a < scaled.rows(); ++a) {
    for (std::size_t b = 0; b < scaled.rows(); ++b) {
      const double norm = std::sqrt(information.at(a, a) * information.at(b, b));
      scaled.at(a, b) = norm > 0 ? information.at(a, b) / norm : 0;
    }
  }
  const std::vector<double> values = eigenvalues(scaled);
  if (values.empty()) return 1;
  return std::sqrt(values.back() / std::max(values.front(), 1e-16));
}

bool is_at_bound(const Coefficient& about, double log) {
  return log <= std::log(about.low) + 1e-6 || log >= std::log(about.high) - 1e-6;
}

/// What one coefficient is worth, `variance` after the fit.
FittedCoefficient describe(const Coefficient& about, double log, double variance, double quantile,
                           bool is_free) {
  FittedCoefficient fitted{.about = about, .value = std::exp(log), .log_sd = std::sqrt(variance)};
  fitted.interval = {std::exp(log - quantile * fitted.log_sd),
                     std::exp(log + quantile * fitted.log_sd)};
  fitted.width_left = is_free ? fitted.log_sd / about.prior_log_sd : 1;
  fitted.standing = Standing::kHeld;
  if (is_free) fitted.standing = is_at_bound(about, log) ? Standing::kAtBound : Standing::kFitted;
  return fitted;
}

}  // namespace

std::string_view to_text(Standing standing) {
  constexpr std::array<std::string_view, 3> kNames{"fitted", "held at its prior", "at its bound"};
  return kNames[static_cast<std::size_t>(standing)];
}

std::vector<double> Fit::values() const {
  std::vector<double> values;
  for (const FittedCoefficient& coefficient : coefficients)
    values.push_back(coefficient.value);
  return values;
}

const FittedCoefficient* Fit::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      coefficients, [&](const FittedCoefficient& fitted) { return fitted.about.name == name; });
  return found == coefficients.end() ? nullptr : &*found;
}

Fit fit(const std::vector<Coefficient>& coefficients, std::span<const Datum> data,
        const Predict& predict, const FitOptions& options) {
  ASSAY_CHECK(!data.empty(), "a fit has something to fit");
  Search search(coefficients, data, predict);
  Fit result;
  result.has_converged = search.run();
  Matrix covariance = posterior_of(search, search.free());
  while (!search.free().empty()) {  // The least known first: others may then be known better.
    const std::vector<std::size_t> columns = search.free();
    std::size_t worst = 0;
    double width = 0;
    for (std::size_t a = 0; a < columns.size(); ++a) {
      const double left = std::sqrt(covariance.at(a, a) * search.precision(columns[a]));
      if (left > width) worst = columns[a], width = left;
    }
    const bool is_entangled =
        width > kWidthLeftEntangled && condition_of(search) > kConditionHopeless;
    if (width <= kWidthLeftHeld && !is_entangled) break;
    search.hold(worst);
    if (search.free().empty()) break;
    result.has_converged = search.run();
    covariance = posterior_of(search, search.free());
  }
  result.scale = search.scale();
  result.degrees = std::max(1.0, static_cast<double>(data.size()) - search.spent());
  const double quantile =
      statistics::student_quantile((1 + options.confidence) / 2, result.degrees);
  result.condition = search.free().empty() ? 1 : condition_of(search);
  // What is held is not known for that: its prior's width belongs to the width of the others.
  std::vector<std::size_t> every(coefficients.size());
  for (std::size_t i = 0; i < every.size(); ++i)
    every[i] = i;
  result.covariance = posterior_of(search, every);
  const std::vector<std::size_t> columns = search.free();
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    const bool is_free = std::ranges::find(columns, i) != columns.end();
    const double variance = is_free ? result.covariance.at(i, i) : 1 / search.precision(i);
    const double wide =
        is_free ? quantile : statistics::normal_quantile((1 + options.confidence) / 2);
    result.coefficients.push_back(
        describe(coefficients[i], search.logs()[i], variance, wide, is_free));
  }
  return result;
}

}  // namespace assay::calibrate
