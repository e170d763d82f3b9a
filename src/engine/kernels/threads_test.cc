// SPDX-License-Identifier: MIT
#include "engine/kernels/threads.h"

#include <gmock/gmock.h>

namespace assay::kernels {
namespace {

TEST(Threads, AreCountedBackAsSet) {
  for (const int count : {2, 1, 3, 1}) {
    set_threads(count);
    EXPECT_EQ(count_threads().openmp, count);
    EXPECT_EQ(count_threads().openblas, count);
  }
}

TEST(ThreadsDeathTest, NoThreadIsABug) {
  EXPECT_DEATH(set_threads(0), "needs a thread");
}

}  // namespace
}  // namespace assay::kernels
