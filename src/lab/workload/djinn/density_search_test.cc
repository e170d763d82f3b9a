// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/density_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/random.h"

namespace assay::workload {
namespace {

DensityFound find(std::int64_t truth, const DensitySearch& search) {
  const auto found =
      search_density(search, [&](std::int64_t agents) -> Result<bool> { return agents <= truth; });
  EXPECT_TRUE(found);
  return found ? *found : DensityFound();
}

/// Every truth from every beginning: never above it, and below it by a sixteenth at most.
TEST(DensitySearch, FindsWhatWasPlanted) {
  for (const std::int64_t most : {1, 2, 7, 64, 300}) {
    for (std::int64_t truth = 0; truth <= most + 3; truth += 1 + truth / 9) {
      for (std::int64_t first = 1; first <= most; first += 1 + first / 2) {
        const DensityFound found = find(truth, {.first = first, .most = most});
        const std::int64_t wanted = std::min(truth, most);
        EXPECT_LE(found.agents, wanted);
        EXPECT_GE(found.agents + std::max<std::int64_t>(0, found.agents / 16), wanted)
            << truth << " from " << first << " of " << most;
        EXPECT_EQ(found.is_most, truth >= most);
        std::set<std::int64_t> asked;
        for (const auto& [agents, held] : found.asked) {
          EXPECT_TRUE(asked.insert(agents).second) << "asked twice: " << agents;
          EXPECT_TRUE(agents >= 1 && agents <= most);
          EXPECT_EQ(held, agents <= truth);
        }
        EXPECT_LE(asked.size(), 24U);
      }
    }
  }
}

TEST(DensitySearch, AGoodGuessIsCheap) {
  EXPECT_LE(find(100, {.first = 90, .most = 10'000}).asked.size(), 6U);
}

/// Near the bound a population holds sometimes: the answer is one that did.
TEST(DensitySearch, AnswersWithAPopulationThatHeld) {
  Random random(5);
  for (int i = 0; i < 300; ++i) {
    const auto found =
        search_density({.first = 20, .most = 200}, [&](std::int64_t agents) -> Result<bool> {
          const auto noise = static_cast<double>(agents) / 10;
          return static_cast<double>(agents) + noise * random.normal() < 70;
        });
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->agents == 0 ||
                std::ranges::count(found->asked, std::pair(found->agents, true)) == 1);
  }
}

TEST(DensitySearch, AFailureEndsIt) {
  const auto found =
      search_density({.first = 4, .most = 8}, [](std::int64_t agents) -> Result<bool> {
        if (agents == 4) return true;
        return Error::environment("the server is gone");
      });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message(), "the server is gone");
}

}  // namespace
}  // namespace assay::workload
