// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/linear_blocking.h"

#include <gmock/gmock.h>

#include <set>

#include "engine/kernels/cpu/linear_vector.h"

namespace assay::kernels {
namespace {

TEST(LinearBlocking, CandidatesAreValidAndDifferent) {
  for (const std::int64_t m : {0, 1, 6, 7, 65, 197, 2048}) {
    for (const std::int64_t n : {0, 1, 16, 50257, 768}) {
      for (const std::int64_t k : {0, 1, 512, 3072, 100'000}) {
        for (const int threads : {1, 2, 8}) {
          const auto candidates = blocking_candidates(m, n, k, threads);
          ASSERT_FALSE(candidates.empty());
          EXPECT_EQ(candidates.front(), default_blocking(m, n, k, threads));
          std::set<std::string> texts;
          for (const LinearBlocking& blocking : candidates) {
            EXPECT_TRUE(texts.insert(to_text(blocking)).second) << to_text(blocking);
            EXPECT_TRUE(!blocking.is_stream || m <= kStreamRows);
            EXPECT_GT(blocking.rows, 0);
            EXPECT_GT(blocking.depth, 0);
            EXPECT_GT(blocking.columns, 0);
            EXPECT_EQ(blocking.columns % kPanelColumns, 0);
          }
        }
      }
    }
  }
}

TEST(LinearBlocking, ThreadsGetEvenShares) {
  const auto ceil = [](std::int64_t value, std::int64_t by) { return (value + by - 1) / by; };
  for (const std::int64_t n : {384, 768, 2304, 3072}) {
    for (const std::int64_t m : {65, 128, 197, 2048}) {
      for (const int threads : {2, 3, 4}) {
        const LinearBlocking blocking = default_blocking(m, n, 768, threads);
        const std::int64_t tasks = ceil(m, blocking.rows) * ceil(n, blocking.columns);
        const std::int64_t busiest = ceil(tasks, threads) * blocking.rows * blocking.columns;
        EXPECT_LE(static_cast<double>(busiest), 1.2 * static_cast<double>(m * n) / threads)
            << m << " x " << n << " by " << threads << ": " << to_text(blocking);
      }
    }
  }
}

TEST(LinearBlocking, BlocksOfFewRowsLeaveRoomForTheNext) {
  for (const std::int64_t m : {32, 128, 197}) {
    const LinearBlocking blocking = default_blocking(m, 50'257, 768, 1);
    EXPECT_LE(2 * 4 * blocking.columns * blocking.depth, l2_cache_bytes()) << to_text(blocking);
  }
}

TEST(LinearBlocking, FewRowsAreStreamed) {
  EXPECT_TRUE(default_blocking(1, 768, 768, 1).is_stream);
  EXPECT_EQ(to_text(default_blocking(1, 768, 768, 1)), "stream");
  EXPECT_FALSE(default_blocking(kStreamRows + 1, 768, 768, 1).is_stream);
}

}  // namespace
}  // namespace assay::kernels
