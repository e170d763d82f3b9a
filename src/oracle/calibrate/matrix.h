// SPDX-License-Identifier: MIT
// Symmetric matrices of a fit: a dozen rows, so the obvious loops are right.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace assay::calibrate {

class Matrix {
 public:
  explicit Matrix(std::size_t rows) : rows_(rows), cells_(rows * rows, 0.0) {}
  std::size_t rows() const { return rows_; }
  double& at(std::size_t row, std::size_t column) { return cells_[row * rows_ + column]; }
  double at(std::size_t row, std::size_t column) const { return cells_[row * rows_ + column]; }
  bool operator==(const Matrix&) const = default;

 private:
  std::size_t rows_;
  std::vector<double> cells_;
};

/// x with `a` x = b, by Cholesky; none where `a` is not positive definite.
std::optional<std::vector<double>> solve(const Matrix& a, std::span<const double> b);
/// None where `a` is not positive definite.
std::optional<Matrix> inverse(const Matrix& a);
/// Of a symmetric matrix, the smallest first (Jacobi's rotations).
std::vector<double> eigenvalues(Matrix a);

}  // namespace assay::calibrate
