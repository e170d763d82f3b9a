// SPDX-License-Identifier: MIT
#include "engine/tensor/shape.h"

#include <gmock/gmock.h>

#include <limits>

namespace assay::tensor {
namespace {

constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

TEST(Shape, CountsElementsOrSaysWhyNot) {
  struct Case {
    Dims shape;
    std::int64_t count;  ///< -1: an error.
  };
  for (const Case& c :
       {Case{{}, 1}, Case{{7}, 7}, Case{{4096, 107}, 438'272}, Case{{3, 0, 5}, 0},
        Case{{kHuge, kHuge, 0}, 0}, Case{{kHuge, 2}, -1}, Case{{-1, 4}, -1}, Case{{0, -1}, -1}}) {
    SCOPED_TRACE(to_text(c.shape));
    const Result<std::int64_t> count = element_count(c.shape);
    EXPECT_EQ(count.has_value() ? *count : -1, c.count);
  }
}

TEST(Shape, RowMajorStridesAreDense) {
  EXPECT_EQ(row_major_strides({4, 3, 107}), (Dims{321, 107, 1}));
  EXPECT_EQ(row_major_strides({4, 0, 107}), (Dims{107, 107, 1}));
}

TEST(Shape, StorageReachesTheLastElementAndNoFurther) {
  struct Case {
    Dims shape;
    Dims strides;
    std::int64_t extent;  ///< -1: an error.
  };
  for (const Case& c :
       {Case{{4, 107}, {107, 1}, 428}, Case{{4, 107}, {112, 1}, 443}, Case{{4, 107}, {1, 4}, 428},
        Case{{0, 107}, {107, 1}, 0}, Case{{1, 1}, {kHuge, kHuge}, 1}, Case{{3, 1}, {kHuge, 1}, -1},
        Case{{2, 1}, {kHuge, 1}, -1}, Case{{2, 2}, {-2, 1}, -1}}) {
    SCOPED_TRACE(to_text(c.shape) + " " + to_text(c.strides));
    const Result<std::int64_t> extent = storage_extent(c.shape, c.strides);
    EXPECT_EQ(extent.has_value() ? *extent : -1, c.extent);
  }
  EXPECT_EQ(storage_size({4, 107}, {112, 1}, DType::kBf16).value(), Bytes(886));
  EXPECT_FALSE(storage_size({kHuge}, {1}, DType::kF32).has_value());
}

TEST(Shape, RoundsUp) {
  EXPECT_EQ(round_up(107, 16), 112);
  EXPECT_EQ(round_up(112, 16), 112);
  EXPECT_EQ(round_up(0, 16), 0);
  EXPECT_EQ(round_up(107, 1), 107);
}

TEST(DimsDeathTest, RefuseASeventhAxis) {
  EXPECT_DEATH((Dims{1, 2, 3, 4, 5, 6, 7}), "at most six axes");
  EXPECT_DEATH((void)(Dims{1, 2})[2], "within the rank");
}

}  // namespace
}  // namespace assay::tensor
