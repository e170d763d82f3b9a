// SPDX-License-Identifier: MIT
#include "engine/kernels/loop_nest.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::kernels {
namespace {

using tensor::Dims;

TEST(LoopNest, MergesWhatLiesTogether) {
  const LoopNest<2> dense(Dims{2, 3, 4}, {Dims{12, 4, 1}, Dims{12, 4, 1}});
  EXPECT_EQ(dense.outer_count(), 1);
  EXPECT_EQ(dense.inner_count(), 24);
  const LoopNest<2> rows(Dims{2, 3, 4}, {Dims{12, 4, 1}, Dims{0, 0, 1}});  // A bias.
  EXPECT_EQ(rows.outer_count(), 6);
  EXPECT_EQ(rows.inner_count(), 4);
  const LoopNest<1> ones(Dims{1, 1}, {Dims{5, 5}});
  EXPECT_EQ(ones.outer_count() * ones.inner_count(), 1);
  const LoopNest<1> scalar(Dims{}, {Dims{}});
  EXPECT_EQ(scalar.outer_count() * scalar.inner_count(), 1);
  const LoopNest<1> empty(Dims{3, 0, 2}, {Dims{0, 2, 1}});
  EXPECT_EQ(empty.outer_count() * empty.inner_count(), 0);
}

TEST(LoopNest, VisitsEveryElementOnceInStep) {
  for (const Dims& strides : {Dims{40, 10, 1}, Dims{1, 2, 6}, Dims{20, 100, 3}, Dims{12, 4, 1}}) {
    const Dims shape{2, 3, 4};
    const Dims order{12, 4, 1};  // Of the second operand: the row-major index itself.
    const LoopNest<2> nest(shape, {strides, order});
    std::set<std::int64_t> seen;
    for (std::int64_t i = 0; i < nest.outer_count(); ++i) {
      const auto at = nest.offsets(i);
      for (std::int64_t j = 0; j < nest.inner_count(); ++j) {
        const std::int64_t index = at[1] + j * nest.inner_strides()[1];
        EXPECT_EQ(at[0] + j * nest.inner_strides()[0],
                  index / 12 * strides[0] + index / 4 % 3 * strides[1] + index % 4 * strides[2]);
        EXPECT_TRUE(seen.insert(index).second);
      }
    }
    EXPECT_EQ(seen.size(), 24U);
  }
}

TEST(LoopNest, ACursorIsWhereOffsetsSay) {
  const LoopNest<2> nest({3, 1, 4, 5, 2}, {Dims{1, 9, 3, 12, 60}, Dims{40, 40, 10, 2, 1}});
  for (std::int64_t start = 0; start < nest.outer_count(); ++start) {
    LoopNest<2>::Cursor cursor(nest, 1, start);
    for (std::int64_t i = start; i < nest.outer_count(); ++i, cursor.next())
      ASSERT_EQ(cursor.offsets(), nest.offsets(i)) << start << " " << i;
    EXPECT_EQ(cursor.offsets(), nest.offsets(0)) << "behind the last one comes the first";
  }
  LoopNest<2>::Cursor nothing(nest, nest.axis_count(), 0);
  nothing.next();
  EXPECT_EQ(nothing.offsets(), nest.offsets(0));
}

}  // namespace
}  // namespace assay::kernels
