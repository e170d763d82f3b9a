// SPDX-License-Identifier: MIT
#include "lab/measure/interleaving.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace assay::measure {
namespace {

bool is_permutation_of_arms(RoundOrder round, int arms) {
  std::ranges::sort(round);
  for (int i = 0; i < arms; ++i) {
    if (std::ssize(round) != arms || round[static_cast<std::size_t>(i)] != i) return false;
  }
  return true;
}

/// How often each value occurs; balanced where all counts are equal.
template <class Key>
std::set<int> distinct_counts(const std::map<Key, int>& counts) {
  std::set<int> distinct;
  for (const auto& [key, count] : counts)
    distinct.insert(count);
  return distinct;
}

TEST(WilliamsDesign, BalancesPlacesAndFollowers) {
  for (int arms = 2; arms <= 17; ++arms) {
    SCOPED_TRACE(arms);
    const std::vector<RoundOrder> design = williams_design(arms);
    EXPECT_EQ(std::ssize(design), arms % 2 == 0 ? arms : 2 * arms);
    std::map<std::pair<std::size_t, int>, int> places;
    std::map<std::pair<int, int>, int> followers;
    for (const RoundOrder& row : design) {
      ASSERT_TRUE(is_permutation_of_arms(row, arms));
      for (std::size_t place = 0; place < row.size(); ++place) {
        ++places[{place, row[place]}];
        if (place > 0) ++followers[{row[place - 1], row[place]}];
      }
    }
    EXPECT_EQ(std::ssize(places), arms * arms);
    EXPECT_EQ(std::ssize(followers), arms * (arms - 1)) << "every ordered pair occurs";
    EXPECT_EQ(distinct_counts(places).size(), 1U);
    EXPECT_EQ(distinct_counts(followers).size(), 1U);
  }
}

TEST(Interleaving, OneArmIsTrivial) {
  Interleaving interleaving(1, 5);
  for (int round = 0; round < 4; ++round)
    EXPECT_EQ(interleaving.next(), RoundOrder{0});
}

TEST(Interleaving, TwoArmsAreAbbaOrBaabByCoin) {
  Interleaving interleaving(2, 7);
  // As texts: GCC 12 misreads the comparison of byte vectors at -O3.
  std::map<std::string, int> first_rounds;
  constexpr int kBlocks = 1'000;
  for (int block = 0; block < kBlocks; ++block) {
    const RoundOrder first = interleaving.next();
    const RoundOrder second = interleaving.next();
    EXPECT_EQ(RoundOrder(second.rbegin(), second.rend()), first);
    ++first_rounds[std::string(first.begin(), first.end())];
  }
  ASSERT_EQ(first_rounds.size(), 2U);
  for (const auto& [order, count] : first_rounds) {
    EXPECT_NEAR(count, kBlocks / 2, 80) << "five standard deviations of a fair coin";
  }
}

TEST(Interleaving, EveryBlockIsBalanced) {
  for (const int arms : {3, 4, 5, 8}) {
    SCOPED_TRACE(arms);
    Interleaving interleaving(arms, 11);
    const std::size_t rounds = williams_design(arms).size();
    for (int block = 0; block < 20; ++block) {
      std::map<std::pair<int, int>, int> followers;
      for (std::size_t i = 0; i < rounds; ++i) {
        const RoundOrder round = interleaving.next();
        ASSERT_TRUE(is_permutation_of_arms(round, arms));
        for (std::size_t place = 1; place < round.size(); ++place) {
          ++followers[{round[place - 1], round[place]}];
        }
      }
      EXPECT_EQ(std::ssize(followers), arms * (arms - 1));
      EXPECT_EQ(distinct_counts(followers).size(), 1U);
    }
  }
}

TEST(Interleaving, TheSeedDecides) {
  const auto rounds_of = [](std::uint64_t seed) {
    Interleaving interleaving(4, seed);
    std::vector<RoundOrder> rounds;
    for (int i = 0; i < 40; ++i)
      rounds.push_back(interleaving.next());
    return rounds;
  };
  EXPECT_EQ(rounds_of(3), rounds_of(3));
  EXPECT_NE(rounds_of(3), rounds_of(4));
}

}  // namespace
}  // namespace assay::measure
