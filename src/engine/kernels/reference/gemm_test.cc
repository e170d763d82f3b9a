// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/gemm.h"

#include <gmock/gmock.h>

#include <array>
#include <vector>

namespace assay::kernels {
namespace {

using tensor::TensorView;
using ::testing::ElementsAre;

TEST(ReferenceGemm, MultipliesByHand) {
  const std::array<float, 6> a{1, 2, 3, 4, 5, 6};
  const std::array<float, 6> b{7, 8, 9, 10, 11, 12};
  std::array<double, 4> c{};
  gemm_reference({a.data(), {2, 3}}, {b.data(), {3, 2}}, {}, TensorView<double>(c.data(), {2, 2}));
  EXPECT_THAT(c, ElementsAre(58, 64, 139, 154));
  // a stored as [k, m] and b as [n, k]: other matrices from the same memory.
  gemm_reference({a.data(), {3, 2}}, {b.data(), {2, 3}}, {true, true},
                 TensorView<double>(c.data(), {2, 2}));
  EXPECT_THAT(c, ElementsAre(1 * 7 + 3 * 8 + 5 * 9, 1 * 10 + 3 * 11 + 5 * 12, 2 * 7 + 4 * 8 + 6 * 9,
                             2 * 10 + 4 * 11 + 6 * 12));
}

TEST(ReferenceGemm, KeepsWhatSinglePrecisionLoses) {
  const std::array<float, 3> a{1e8F, 1, -1e8F};
  const std::array<float, 3> ones{1, 1, 1};
  double exact = 0;
  gemm_reference({a.data(), {1, 3}}, {ones.data(), {3, 1}}, {}, TensorView<double>(&exact, {1, 1}));
  EXPECT_EQ(exact, 1.0);
  float rounded = 0;
  gemm_reference({a.data(), {1, 3}}, {ones.data(), {3, 1}}, {},
                 TensorView<float>(&rounded, {1, 1}));
  EXPECT_EQ(rounded, 1.0F);
}

TEST(ReferenceGemm, AnEmptySumIsZeroAndGapsStayUntouched) {
  std::vector<double> c(6, -1.0);
  gemm_reference({nullptr, {2, 0}}, {nullptr, {0, 2}}, {},
                 TensorView<double>(c.data(), {2, 2}, {3, 1}));
  EXPECT_THAT(c, ElementsAre(0, 0, -1, 0, 0, -1));
}

}  // namespace
}  // namespace assay::kernels
