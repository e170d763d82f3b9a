// SPDX-License-Identifier: MIT
#include "engine/kernels/parallel.h"

#include <gmock/gmock.h>

#include <atomic>
#include <vector>

namespace assay::kernels {
namespace {

TEST(ForEachTask, DoesEveryTaskOnce) {
  for (const int threads : {1, 2, 5}) {
    for (const std::int64_t count : {0, 1, 2, 3, 100}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
      for_each_task(count, threads, [&](std::int64_t task, int thread) {
        EXPECT_TRUE(thread >= 0 && thread < threads);
        ++done[static_cast<std::size_t>(task)];
      });
      for (const auto& times : done)
        EXPECT_EQ(times, 1);
    }
  }
}

TEST(ForEachPart, PartsMeetAndAreEven) {
  for (const int threads : {1, 2, 7}) {
    for (const std::int64_t size : {0, 1, 6, 7, 8, 1000}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(size));
      std::atomic<std::int64_t> longest = 0;
      for_each_part(size, 1, threads, [&](std::int64_t first, std::int64_t end) {
        for (std::int64_t i = first; i < end; ++i)
          ++done[static_cast<std::size_t>(i)];
        if (end - first > longest) longest = end - first;
      });
      for (const auto& times : done)
        EXPECT_EQ(times, 1);
      EXPECT_EQ(longest, (size + threads - 1) / threads);
    }
  }
}

TEST(ForEachPart, SmallWorkStaysTogether) {
  int parts = 0;
  for_each_part(99, 50, 4, [&](std::int64_t, std::int64_t) { ++parts; });
  EXPECT_EQ(parts, 1);
}

}  // namespace
}  // namespace assay::kernels
