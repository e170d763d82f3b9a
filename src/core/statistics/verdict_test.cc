// SPDX-License-Identifier: MIT
#include "core/statistics/verdict.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <vector>

#include "core/random.h"
#include "core/statistics/order_statistics.h"

namespace assay::statistics {
namespace {

DifferenceVerdict judge(const std::vector<double>& log_ratios, const DifferenceRule& rule) {
  const Result<DifferenceVerdict> verdict = judge_difference(log_ratios, rule);
  EXPECT_TRUE(verdict);
  return *verdict;
}

TEST(JudgeDifference, EachAnswer) {
  const DifferenceRule rule{.floor = 0.01, .margin = 0.02};
  struct Case {
    std::string_view name;
    std::vector<double> log_ratios;
    Difference want;
  };
  const std::vector<Case> cases{
      {"tight around 1", {0.001, -0.001, 0.002, 0.0}, Difference::kSame},
      {"clearly below", {-0.10, -0.11, -0.09, -0.10}, Difference::kFaster},
      {"clearly above", {0.10, 0.11, 0.09, 0.10}, Difference::kSlower},
      {"too wide", {0.10, -0.11, 0.2, -0.05}, Difference::kUndecided},
      {"two processes", {0.5, 0.5}, Difference::kUndecided},
      {"significant but below the floor", {0.005, 0.0051, 0.0049, 0.005}, Difference::kSame},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(judge(one.log_ratios, rule).difference, one.want) << one.name;
  }
}

TEST(JudgeDifference, SignificantBelowTheFloorIsNeverADifference) {
  // Excludes 0, too wide to be the same within a margin that equals the floor.
  const std::vector<double> log_ratios{0.006, 0.0101, 0.004, 0.0115};
  const DifferenceRule rule{.floor = 0.01, .margin = 0.01};
  EXPECT_EQ(judge(log_ratios, rule).difference, Difference::kUndecided);
  EXPECT_EQ(judge(log_ratios, {.floor = 0, .margin = 0}).difference, Difference::kSlower);
}

TEST(JudgeDifference, AMarginBelowTheFloorIsRefused) {
  const std::vector<double> log_ratios{0.1, 0.1, 0.1};
  const auto refused = judge_difference(log_ratios, {.floor = 0.02, .margin = 0.01});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("below the A/A floor"));
}

TEST(JudgeDifference, UndecidedSaysWhatItWouldTake) {
  const auto verdict = judge({0.10, -0.01, 0.07, 0.0}, {.floor = 0.01, .margin = 0.01});
  ASSERT_EQ(verdict.difference, Difference::kUndecided);
  ASSERT_TRUE(verdict.processes_needed);
  EXPECT_GT(*verdict.processes_needed, 4);
  EXPECT_LT(*verdict.processes_needed, 40);
  EXPECT_EQ(judge({0.1}, {}).processes_needed, 3);
}

TEST(CountNeeded, IsTheSquareOfTheShrinking) {
  EXPECT_EQ(count_needed(10, 0.04, 0.02), 40);
  EXPECT_EQ(count_needed(10, 0.01, 0.02), 11);  // Undecided although narrow: one more at least.
  EXPECT_EQ(count_needed(10, 0.04, 0), std::nullopt);
}

TEST(AlphaSpending, SumsToAlpha) {
  double spent = 0;
  for (int look = 1; look <= 100'000; ++look) {
    spent += alpha_of_look(look, 0.05);
  }
  EXPECT_NEAR(spent, 0.05, 1e-6);
  EXPECT_LE(spent, 0.05);
}

TEST(AlphaSpending, LooksAreDueWhenTheCountDoubles) {
  const std::map<std::int64_t, int> due{{10, 1}, {20, 2}, {40, 3}, {80, 4}, {160, 5}};
  for (std::int64_t count = 0; count < 320; ++count) {
    const auto found = due.find(count);
    EXPECT_EQ(look_at(count, 10), found == due.end() ? std::nullopt : std::optional(found->second));
  }
}

/// Research 4.6 item 4: an A/A stream of log-ratios, judged while it comes in.
class Stream {
 public:
  explicit Stream(std::uint64_t seed) : random_(seed) {}
  void grow_to(std::int64_t count) {
    while (std::ssize(values_) < count) {
      values_.push_back(random_.normal());
    }
  }
  bool excludes_zero(std::int64_t count, double alpha) {
    grow_to(count);
    const auto bounds = median_interval(values_, 1 - alpha);
    return bounds && (bounds->low > 0 || bounds->high < 0);
  }

 private:
  Random random_;
  std::vector<double> values_;
};

constexpr std::int64_t kFirstLook = 10;
constexpr std::int64_t kLast = 640;

bool is_wrong_with_doubling_looks(std::uint64_t seed) {
  Stream stream(seed);
  for (std::int64_t count = kFirstLook; count <= kLast; count *= 2) {
    const auto look = look_at(count, kFirstLook);
    if (stream.excludes_zero(count, alpha_of_look(*look, 0.05))) return true;
  }
  return false;
}

bool is_wrong_with_peeking(std::uint64_t seed) {
  Stream stream(seed);
  for (std::int64_t count = kFirstLook; count <= 320; ++count) {
    if (stream.excludes_zero(count, 0.05)) return true;
  }
  return false;
}

TEST(AlphaSpending, DoublingLooksKeepTheErrorOfTheVerdict) {
  constexpr int kTrials = 2000;
  int wrong = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    wrong += is_wrong_with_doubling_looks(trial) ? 1 : 0;
  }
  EXPECT_LE(wrong, kTrials * 5 / 100);
}

TEST(AlphaSpending, PeekingAtEverySampleDoesNot) {
  constexpr int kTrials = 200;
  int wrong = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    wrong += is_wrong_with_peeking(trial) ? 1 : 0;
  }
  EXPECT_GE(wrong, kTrials * 15 / 100) << "the test above could not fail";
}

/// The A/A verdict over processes, as analysis uses it: 2000 pairs of nothing.
TEST(JudgeDifference, NothingIsRarelyCalledADifference) {
  for (const std::size_t processes : {std::size_t{3}, std::size_t{5}, std::size_t{10}}) {
    Random random(processes);
    int wrong = 0;
    for (int trial = 0; trial < 2000; ++trial) {
      std::vector<double> log_ratios(processes);
      for (double& value : log_ratios) {
        value = 0.01 * random.normal();
      }
      const Difference seen = judge(log_ratios, {.floor = 0, .margin = 0}).difference;
      wrong += seen == Difference::kUndecided || seen == Difference::kSame ? 0 : 1;
    }
    EXPECT_LE(wrong, 2000 * 6 / 100) << processes;  // 5 %, and three of its standard errors.
  }
}

}  // namespace
}  // namespace assay::statistics
