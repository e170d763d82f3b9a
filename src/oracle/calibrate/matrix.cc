// SPDX-License-Identifier: MIT
#include "oracle/calibrate/matrix.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace assay::calibrate {
namespace {

/// Lower triangle l with l l^T = a.
std::optional<Matrix> cholesky(const Matrix& a) {
  Matrix l(a.rows());
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a.at(i, j);
      for (std::size_t k = 0; k < j; ++k)
        sum -= l.at(i, k) * l.at(j, k);
      if (i != j) {
        l.at(i, j) = sum / l.at(j, j);
      } else if (sum > 0 && std::isfinite(sum)) {
        l.at(i, i) = std::sqrt(sum);
      } else {
        return std::nullopt;
      }
    }
  }
  return l;
}

std::vector<double> substitute(const Matrix& l, std::span<const double> b) {
  std::vector<double> x(b.begin(), b.end());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k)
      x[i] -= l.at(i, k) * x[k];
    x[i] /= l.at(i, i);
  }
  for (std::size_t i = x.size(); i-- > 0;) {
    for (std::size_t k = i + 1; k < x.size(); ++k)
      x[i] -= l.at(k, i) * x[k];
    x[i] /= l.at(i, i);
  }
  return x;
}

/// Turns rows and columns p and q so that cell (p, q) becomes 0.
void rotate(Matrix& a, std::size_t p, std::size_t q) {
  if (a.at(p, q) == 0) return;
  const double theta = (a.at(q, q) - a.at(p, p)) / (2 * a.at(p, q));
  const double sign = theta >= 0 ? 1 : -1;
  const double t = sign / (std::abs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1);
  const double s = t * c;
  for (std::size_t k = 0; k < a.rows(); ++k) {
    const double left = a.at(k, p);
    const double right = a.at(k, q);
    a.at(k, p) = c * left - s * right;
    a.at(k, q) = s * left + c * right;
  }
  for (std::size_t k = 0; k < a.rows(); ++k) {
    const double upper = a.at(p, k);
    const double lower = a.at(q, k);
    a.at(p, k) = c * upper - s * lower;
    a.at(q, k) = s * upper + c * lower;
  }
}

}  // namespace

std::optional<std::vector<double>> solve(const Matrix& a, std::span<const double> b) {
  ASSAY_CHECK_EQ(a.rows(), b.size(), "as many equations as rows");
  const auto l = cholesky(a);
  if (!l) return std::nullopt;
  return substitute(*l, b);
}

std::optional<Matrix> inverse(const Matrix& a) {
  const auto l = cholesky(a);
  if (!l) return std::nullopt;
  Matrix result(a.rows());
  std::vector<double> unit(a.rows(), 0.0);
  for (std::size_t column = 0; column < a.rows(); ++column) {
    unit[column] = 1;
    const std::vector<double> x = substitute(*l, unit);
    unit[column] = 0;
    for (std::size_t row = 0; row < a.rows(); ++row)
      result.at(row, column) = x[row];
  }
  return result;
}

std::vector<double> eigenvalues(Matrix a) {
  constexpr int kSweepsMax = 60;  // Convergence is quadratic: six are usual for a dozen rows.
  for (int sweep = 0; sweep < kSweepsMax; ++sweep) {
    double off = 0;
    double all = 0;
    for (std::size_t p = 0; p < a.rows(); ++p) {
      for (std::size_t q = 0; q < a.rows(); ++q) {
        all += a.at(p, q) * a.at(p, q);
        if (p != q) off += a.at(p, q) * a.at(p, q);
      }
    }
    if (off <= 1e-28 * all) break;
    for (std::size_t p = 0; p + 1 < a.rows(); ++p) {
      for (std::size_t q = p + 1; q < a.rows(); ++q)
        rotate(a, p, q);
    }
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < a.rows(); ++i)
    values.push_back(a.at(i, i));
  std::ranges::sort(values);
  return values;
}

}  // namespace assay::calibrate
