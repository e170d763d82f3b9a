// SPDX-License-Identifier: MIT
#include "lab/measure/cache_flusher.h"

#include <gtest/gtest.h>

namespace assay::measure {
namespace {

TEST(CacheFlusher, CountsWhatItDid) {
  CacheFlusher flusher(Bytes(1'000));
  EXPECT_EQ(flusher.flushes(), 0);
  flusher.flush();
  flusher.flush();
  EXPECT_EQ(flusher.flushes(), 2);
  EXPECT_EQ(flusher.size(), Bytes(1'000));
}

TEST(CacheFlusher, IsLargerThanALastLevelAndNotAbsurd) {
  EXPECT_GE(CacheFlusher::for_this_machine().size(), Bytes(std::int64_t{1} << 20));
  EXPECT_LE(CacheFlusher::for_this_machine().size(), Bytes(std::int64_t{4} << 30));
}

}  // namespace
}  // namespace assay::measure
