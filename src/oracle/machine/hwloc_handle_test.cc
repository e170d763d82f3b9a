// SPDX-License-Identifier: MIT
#include "oracle/machine/hwloc_handle.h"

#include <gmock/gmock.h>

namespace assay::machine::internal {
namespace {

TEST(HwlocHandle, BitmapsGoBothWays) {
  EXPECT_THAT(indexes_of(make_bitmap({0, 3, 70}).get()), ::testing::ElementsAre(0, 3, 70));
  EXPECT_THAT(indexes_of(make_bitmap({}).get()), ::testing::IsEmpty());
  const Bitmap everything(hwloc_bitmap_alloc_full());
  EXPECT_THAT(indexes_of(everything.get()), ::testing::IsEmpty()) << "an infinite set has no list";
}

TEST(HwlocHandle, LoadsThisMachine) {
  const auto topology = load_topology();
  ASSERT_TRUE(topology) << topology.error().to_string();
  EXPECT_GE(hwloc_get_nbobjs_by_type(topology->get(), HWLOC_OBJ_PU), 1);
}

}  // namespace
}  // namespace assay::machine::internal
