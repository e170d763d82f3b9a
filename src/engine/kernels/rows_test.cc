// SPDX-License-Identifier: MIT
#include "engine/kernels/rows.h"

#include <gmock/gmock.h>

#include <numeric>
#include <vector>

namespace assay::kernels {
namespace {

using tensor::Dims;
using tensor::TensorView;

TEST(Rows, AgreeWithIndexing) {
  std::vector<int> memory(4096);
  std::iota(memory.begin(), memory.end(), 0);
  struct Case {
    Dims shape;
    Dims strides;
  };
  for (const Case& c :
       {Case{{2, 3, 4}, {12, 4, 1}}, Case{{2, 3, 4}, {100, 7, 1}}, Case{{2, 3, 4}, {4, 8, 1}},
        Case{{3, 1, 4}, {5, 77, 1}}, Case{{2, 3, 4}, {0, 0, 1}}, Case{{1, 1, 4}, {9, 9, 1}},
        Case{{2, 3, 1}, {3, 1, 50}}}) {
    const TensorView<const int> view(memory.data(), c.shape, c.strides);
    const Rows<const int> rows(view);
    ASSERT_EQ(rows.count(), c.shape[0] * c.shape[1]);
    ASSERT_EQ(rows.length(), c.shape[2]);
    for (std::int64_t i = 0; i < rows.count(); ++i)
      EXPECT_EQ(rows.at(i)[0], view.at(i / c.shape[1], i % c.shape[1], 0))
          << tensor::to_text(c.strides);
  }
}

TEST(Rows, AVectorIsOneRowAndAnEmptyTensorHasNone) {
  int x = 5;
  EXPECT_EQ(Rows<int>(TensorView<int>(&x, {1})).count(), 1);
  EXPECT_EQ(Rows<int>(TensorView<int>(&x, {0, 3})).count(), 0);
  EXPECT_EQ(Rows<int>(TensorView<int>(&x, {3, 0})).length(), 0);
}

TEST(RowsDeathTest, GapsInARowAreABug) {
  int x = 5;
  EXPECT_DEATH(Rows<int>(TensorView<int>(&x, {2, 3}, {1, 2})), "touch");
}

}  // namespace
}  // namespace assay::kernels
