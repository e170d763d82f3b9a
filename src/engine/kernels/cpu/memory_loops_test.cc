// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/memory_loops.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <vector>

namespace assay::kernels {
namespace {

TEST(ReadLoop, ReadsEveryElementOnce) {
  for (const std::size_t count : {0U, 1U, 3U, 17U, 4096U, 10'001U}) {
    std::vector<float> memory(count);
    double want = 0;
    for (std::size_t i = 0; i < count; ++i)
      want += static_cast<double>(memory[i] = static_cast<float>(i % 7));
    for (const int threads : {1, 2, 3}) {
      EXPECT_EQ(read_loop(memory, threads), want) << count << " " << threads;
      EXPECT_EQ(read_loop(memory, threads, 3), 3 * want) << count << " " << threads;
    }
  }
}

/// More than a core's caches hold takes another way.
TEST(ReadLoop, ReadsFarMemoryToo) {
  std::vector<float> memory(4 << 20);
  for (std::size_t i = 0; i < memory.size(); i += 1'000)
    memory[i] = 1;
  for (const int threads : {1, 2})
    EXPECT_EQ(read_loop(memory, threads, 2), 2.0 * 4'195) << threads;
}

TEST(WriteLoop, WritesEveryElementInEveryPass) {
  for (const std::size_t count : {0U, 1U, 63U, 4096U, 10'001U}) {
    for (const int threads : {1, 2, 3}) {
      std::vector<float> memory(count + 2, -1);
      write_loop(std::span(memory).subspan(1, count), threads, 5);
      EXPECT_EQ(std::ranges::count(memory, 5.0F), static_cast<std::ptrdiff_t>(count));
      EXPECT_EQ(memory.front(), -1);
      EXPECT_EQ(memory.back(), -1);
    }
  }
}

TEST(CopyLoop, CopiesEveryElementAndNoMore) {
  for (const std::size_t count : {0U, 1U, 63U, 4096U, 10'001U}) {
    std::vector<float> from(count);
    for (std::size_t i = 0; i < count; ++i)
      from[i] = static_cast<float>(i);
    for (const int threads : {1, 2, 3}) {
      std::vector<float> to(count + 2, -1);
      copy_loop(from, std::span(to).subspan(1, count), threads, 2);
      EXPECT_TRUE(std::ranges::equal(from, std::span(to).subspan(1, count))) << count;
      EXPECT_EQ(to.front(), -1);
      EXPECT_EQ(to.back(), -1);
    }
  }
}

/// One cycle through all lines: back at the start after as many steps, and never earlier.
TEST(ChaseLoop, VisitsEveryLineOnce) {
  Random random(3);
  for (const std::int64_t lines : {1, 2, 7, 1'000}) {
    std::vector<std::byte> memory(static_cast<std::size_t>(lines) * 64 + 13);
    const void* start = link_lines(memory, random);
    std::set<const void*> seen;
    const void* place = start;
    for (std::int64_t i = 0; i < lines; ++i) {
      seen.insert(place);
      place = chase_loop(place, 1);
    }
    EXPECT_EQ(place, start);
    EXPECT_EQ(std::ssize(seen), lines);
    EXPECT_EQ(chase_loop(start, 3 * lines), start);
  }
}

}  // namespace
}  // namespace assay::kernels
