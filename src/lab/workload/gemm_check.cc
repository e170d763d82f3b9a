// SPDX-License-Identifier: MIT
#include "lab/workload/gemm_check.h"

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/gemm.h"
#include "engine/tensor/comparison.h"

namespace assay::workload {
namespace {

using kernels::GemmSizes;
using tensor::TensorView;

constexpr std::int64_t kExactRowsMax = 8;

std::vector<double> multiply(TensorView<const float> matrix, const std::vector<double>& vector) {
  std::vector<double> result(static_cast<std::size_t>(matrix.extent(0)));
  for (std::int64_t i = 0; i < matrix.extent(0); ++i) {
    double sum = 0;
    const float* row = matrix.data() + i * matrix.stride(0);
    for (std::int64_t j = 0; j < matrix.extent(1); ++j) {
      sum += static_cast<double>(row[j * matrix.stride(1)]) * vector[static_cast<std::size_t>(j)];
    }
    result[static_cast<std::size_t>(i)] = sum;
  }
  return result;
}

GemmSizes sizes_of(const GemmProduct& product) {
  return gemm_sizes(product.a.shape(), product.b.shape(), product.transposes, product.c.shape());
}

/// Rows [first, first + count) of the product against fp64.
double exact_error(const GemmProduct& product, std::int64_t first, std::int64_t count) {
  const GemmSizes sizes = sizes_of(product);
  std::vector<double> want(static_cast<std::size_t>(count * sizes.n));
  const TensorView<double> want_view(want.data(), {count, sizes.n});
  const TensorView<const float> rows = product.a.narrow(product.transposes.a ? 1 : 0, first, count);
  gemm_reference(rows, product.b, product.transposes, want_view);
  return difference(product.c.narrow(0, first, count), want_view).normalised;
}

/// The first, the last, and others drawn, as many as the budget of multiply-adds allows.
std::set<std::int64_t> draw_rows(const GemmSizes& sizes, double budget, std::uint64_t seed) {
  const double per_row = static_cast<double>(sizes.n) * static_cast<double>(sizes.k);
  const auto affordable = static_cast<std::int64_t>(budget / std::max(per_row, 1.0));
  const std::int64_t wanted = std::clamp<std::int64_t>(affordable, 2, kExactRowsMax);
  std::set<std::int64_t> rows{0, sizes.m - 1};
  Random random(seed);
  while (std::ssize(rows) < std::min(wanted, sizes.m)) {
    rows.insert(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(sizes.m))));
  }
  return rows;
}

}  // namespace

double freivalds_error(const GemmProduct& product, std::uint64_t seed) {
  const GemmSizes sizes = sizes_of(product);
  Random random(seed);
  std::vector<double> x(static_cast<std::size_t>(sizes.n));
  for (double& element : x)
    element = (random.coin() ? 1 : -1) * (0.5 + random.uniform());
  const auto left = product.transposes.a ? product.a.transposed() : product.a;
  const auto right = product.transposes.b ? product.b.transposed() : product.b;
  const std::vector<double> want = multiply(left, multiply(right, x));
  const std::vector<double> got = multiply(product.c, x);
  double worst = 0;
  double squares = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double error = std::abs(got[i] - want[i]);
    worst = std::isfinite(error) ? std::max(worst, error) : std::numeric_limits<double>::infinity();
    squares += want[i] * want[i];
  }
  if (worst == 0) return 0;
  const double rms = std::sqrt(squares / static_cast<double>(want.size()));
  return rms > 0 ? worst / rms : std::numeric_limits<double>::infinity();
}

Verdict check_gemm(const GemmProduct& product, std::uint64_t seed, double full_check_max) {
  const GemmSizes sizes = sizes_of(product);
  const double cost =
      static_cast<double>(sizes.m) * static_cast<double>(sizes.n) * static_cast<double>(sizes.k);
  Verdict verdict;
  verdict.tolerance = tolerance_for(tensor::DType::kF32, sizes.k).normalised;
  if (cost <= full_check_max) {
    verdict.method = format("every element ({} x {}) against fp64", sizes.m, sizes.n);
    verdict.error = exact_error(product, 0, sizes.m);
  } else {
    const std::set<std::int64_t> rows = draw_rows(sizes, full_check_max, seed);
    verdict.method =
        format("Freivalds' check in fp64 over all {} x {} elements, and {} rows exactly", sizes.m,
               sizes.n, rows.size());
    verdict.error = freivalds_error(product, seed);
    for (const std::int64_t row : rows) {
      verdict.error = std::max(verdict.error, exact_error(product, row, 1));
    }
  }
  verdict.correct = verdict.error <= verdict.tolerance;
  return verdict;
}

}  // namespace assay::workload
