// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/read_loop.h"

#include <gmock/gmock.h>

#include <vector>

namespace assay::kernels {
namespace {

TEST(ReadLoop, ReadsEveryElementOnce) {
  for (const std::size_t count : {0U, 1U, 3U, 17U, 4096U, 10'001U}) {
    std::vector<float> memory(count);
    double want = 0;
    for (std::size_t i = 0; i < count; ++i)
      want += static_cast<double>(memory[i] = static_cast<float>(i % 7));
    for (const int threads : {1, 2, 3})
      EXPECT_EQ(read_loop(memory, threads), want) << count << " " << threads;
  }
}

}  // namespace
}  // namespace assay::kernels
