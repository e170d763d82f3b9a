// SPDX-License-Identifier: MIT
#include "oracle/calibrate/matrix.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"

namespace assay::calibrate {
namespace {

/// b b^T + a little: positive definite.
Matrix invented(std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  Matrix b(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < rows; ++j)
      b.at(i, j) = random.normal();
  }
  Matrix a(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < rows; ++j) {
      a.at(i, j) = i == j ? 0.1 : 0;
      for (std::size_t k = 0; k < rows; ++k)
        a.at(i, j) += b.at(i, k) * b.at(j, k);
    }
  }
  return a;
}

TEST(Matrix, SolvesWhatItMultiplied) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Matrix a = invented(1 + seed % 9, seed);
    std::vector<double> x;
    Random random(seed + 100);
    for (std::size_t i = 0; i < a.rows(); ++i)
      x.push_back(random.normal());
    std::vector<double> b(a.rows(), 0.0);
    for (std::size_t i = 0; i < a.rows(); ++i) {
      for (std::size_t j = 0; j < a.rows(); ++j)
        b[i] += a.at(i, j) * x[j];
    }
    const auto found = solve(a, b);
    ASSERT_TRUE(found);
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_NEAR((*found)[i], x[i], 1e-8) << seed;
  }
}

TEST(Matrix, AnInverseTimesItselfIsOne) {
  const Matrix a = invented(6, 7);
  const auto b = inverse(a);
  ASSERT_TRUE(b);
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 6; ++k)
        sum += a.at(i, k) * b->at(k, j);
      EXPECT_NEAR(sum, i == j ? 1 : 0, 1e-9);
    }
  }
}

TEST(Matrix, RefusesWhatIsNotDefinite) {
  Matrix a(2);
  a.at(0, 0) = 1;
  a.at(1, 1) = -1;
  EXPECT_FALSE(solve(a, std::vector<double>{1, 1}));
  EXPECT_FALSE(inverse(a));
  a.at(1, 1) = NAN;
  EXPECT_FALSE(inverse(a));
  EXPECT_TRUE(inverse(Matrix(0)));
}

TEST(Matrix, EigenvaluesKeepTraceAndSquares) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Matrix a = invented(8, seed);
    double trace = 0;
    double squares = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      trace += a.at(i, i);
      for (std::size_t j = 0; j < 8; ++j)
        squares += a.at(i, j) * a.at(i, j);
    }
    double sum = 0;
    double sum_of_squares = 0;
    for (const double value : eigenvalues(a)) {
      EXPECT_GT(value, 0.09) << "a tenth was added to a semidefinite matrix";
      sum += value;
      sum_of_squares += value * value;
    }
    EXPECT_NEAR(sum, trace, 1e-9 * trace);
    EXPECT_NEAR(sum_of_squares, squares, 1e-9 * squares);
  }
  Matrix diagonal(3);
  for (std::size_t i = 0; i < 3; ++i)
    diagonal.at(i, i) = 3.0 - static_cast<double>(i);
  EXPECT_THAT(eigenvalues(diagonal), ::testing::ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace assay::calibrate
