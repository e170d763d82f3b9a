// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/softmax.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

namespace assay::kernels {
namespace {

using tensor::TensorView;

TEST(Softmax, AgreesWithTheFormulaForEveryLength) {
  for (const std::int64_t length : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 197, 1000}) {
    const std::int64_t rows = 5, stride = length + 3;
    std::vector<float> x(static_cast<std::size_t>(rows * stride));
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = std::sin(static_cast<float>(i)) * 10;
    std::vector<float> y(x.size(), -1);
    const TensorView<const float> from(x.data(), {rows, length}, {stride, 1});
    const TensorView<float> to(y.data(), {rows, length}, {stride, 1});
    softmax(from, to, 2);
    for (std::int64_t i = 0; i < rows; ++i) {
      double total = 0;
      for (std::int64_t j = 0; j < length; ++j)
        total += std::exp(static_cast<double>(from.at(i, j)));
      for (std::int64_t j = 0; j < length; ++j) {
        const double want = std::exp(static_cast<double>(from.at(i, j))) / total;
        ASSERT_NEAR(static_cast<double>(to.at(i, j)), want, 2e-6 * want + 1e-12) << length;
      }
    }
    EXPECT_EQ(std::count(y.begin(), y.end(), -1.0F), 3 * rows) << "wrote between rows";
  }
}

TEST(Softmax, InPlaceWithHugeScoresAndNaN) {
  std::vector<float> x{3e38F, -3e38F, 0, 1, std::nanf(""), 2};
  const TensorView<float> view(x.data(), {2, 3});
  softmax(view, view, 1);
  EXPECT_EQ(x[0], 1);
  EXPECT_LT(x[1], 1e-37F);
  EXPECT_TRUE(std::isnan(x[4]));
}

TEST(Softmax, NothingToDo) {
  softmax(TensorView<const float>(nullptr, {0, 4}), TensorView<float>(nullptr, {0, 4}), 2);
  softmax(TensorView<const float>(nullptr, {4, 0}), TensorView<float>(nullptr, {4, 0}), 2);
}

}  // namespace
}  // namespace assay::kernels
