// SPDX-License-Identifier: MIT
#include "engine/kernels/threads.h"

#include <gmock/gmock.h>

#include <mutex>
#include <set>
#include <thread>

namespace assay::kernels {
namespace {

TEST(Threads, AreCountedBackAsSet) {
  for (const int count : {2, 1, 3, 1}) {
    set_threads(count);
    EXPECT_EQ(count_threads().openmp, count);
    EXPECT_EQ(count_threads().openblas, count);
  }
}

TEST(Threads, AllAreReached) {
  set_threads(3);
  std::mutex mutex;
  std::set<std::thread::id> seen;
  in_every_thread([&] {
    const std::scoped_lock lock(mutex);
    EXPECT_TRUE(seen.insert(std::this_thread::get_id()).second);
  });
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_TRUE(seen.contains(std::this_thread::get_id()));
  set_threads(1);
}

TEST(ThreadsDeathTest, NoThreadIsABug) {
  EXPECT_DEATH(set_threads(0), "needs a thread");
}

}  // namespace
}  // namespace assay::kernels
