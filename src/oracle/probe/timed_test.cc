// SPDX-License-Identifier: MIT
#include "oracle/probe/timed.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "core/random.h"

namespace assay::probe {
namespace {

/// Work of `nanoseconds` a pass on a clock that only it moves.
Timed invented_work(FakeClock& clock, int threads, double amount,
                    std::function<double()> nanoseconds) {
  return {
      .threads = threads,
      .amount = amount,
      .work =
          [&clock, nanoseconds = std::move(nanoseconds)](std::int64_t passes) {
            clock.advance(Nanoseconds(std::llround(nanoseconds() * static_cast<double>(passes))));
          },
      .passes = 1,
      .seconds = {}};
}

TEST(TakeRounds, FillsASampleAndFindsTheTime) {
  for (const double nanoseconds : {1.0, 37.0, 5e3, 3e6, 9e7}) {
    FakeClock clock;
    Timed work = invented_work(clock, 1, 64, [=] { return nanoseconds; });
    Timed* all[] = {&work};
    take_rounds(all, {.count_interruptions = [] { return std::int64_t{0}; }}, clock);
    ASSERT_EQ(work.seconds.size(), 9U);
    EXPECT_GE(static_cast<double>(work.passes) * nanoseconds, 0.8e6);
    EXPECT_LE(static_cast<double>(work.passes) * nanoseconds, std::max(16e6, nanoseconds));
    const auto rate = rate_of(work, "B/s", {"a loop", "today"});
    EXPECT_NEAR(rate.value / (64e9 / nanoseconds), 1, 1e-3);
    EXPECT_EQ(rate.unit, "B/s");
    EXPECT_EQ(rate.source, "a loop");
    EXPECT_EQ(rate.provenance, oracle::Provenance::kMeasured);
    EXPECT_NEAR(time_of(work, {}).value / (nanoseconds / 64), 1, 1e-3);
  }
}

/// What interrupts one repetition in three is not seen; what lasts whole rounds is in the interval.
TEST(TakeRounds, ForgetsInterruptionsAndKeepsEpisodes) {
  FakeClock clock;
  int call = 0;
  bool is_episode = false;
  Timed work = invented_work(clock, 1, 1, [&] {
    const double interruption = call++ % 3 == 0 ? 1'000 : 0;
    return (is_episode ? 200 : 100) + interruption;
  });
  Timed* all[] = {&work};
  take_rounds(all, {.count_interruptions = [] { return std::int64_t{0}; }}, clock);
  EXPECT_EQ(time_of(work, {}).value, 100);
  EXPECT_EQ(time_of(work, {}).interval, (Interval{100, 100}));
  const std::vector<double> half{100, 100, 100, 100, 100, 200, 200, 200, 200};
  EXPECT_EQ(measured(half, "ns", {}).interval, (Interval{100, 200}));
}

/// Interrupted samples are taken again; where every one is interrupted the round counts as
/// disturbed.
TEST(TakeRounds, TakesInterruptedSamplesAgain) {
  static std::int64_t switches = 0;
  static bool is_always = false;
  static int sample = 0;
  switches = sample = 0;
  is_always = false;
  FakeClock clock;
  Timed work = invented_work(clock, 1, 1, [&] {
    // Two of three samples lose the CPU, and take ten times as long.
    const bool is_interrupted = is_always || sample++ % 3 != 0;
    switches += is_interrupted ? 1 : 0;
    return is_interrupted ? 2e7 : 2e6;
  });
  Timed* all[] = {&work};
  const RoundPlan plan{.rounds = 9,
                       .repetitions = 1,
                       .sample = 1ms,
                       .repeated_max = 1s,
                       .attempts_most = 6,
                       .count_interruptions = [] { return switches; }};
  take_rounds(all, plan, clock);
  EXPECT_EQ(work.disturbed_rounds, 0);
  EXPECT_EQ(time_of(work, {}).value, 2e6);
  EXPECT_EQ(time_of(work, {}).interval, (Interval{2e6, 2e6}));
  is_always = true;
  Timed busy = work;
  busy.seconds.clear();
  Timed* again[] = {&busy};
  take_rounds(again, plan, clock);
  EXPECT_EQ(busy.disturbed_rounds, 9);
  EXPECT_EQ(time_of(busy, {}).value, 2e7);
}

TEST(TakeRounds, FewThreadsComeFirst) {
  FakeClock clock;
  std::vector<int> order;
  Timed two = invented_work(clock, 2, 1, [&] { return order.push_back(2), 1e6; });
  Timed one = invented_work(clock, 1, 1, [&] { return order.push_back(1), 1e6; });
  Timed* all[] = {&two, &one};
  take_rounds(
      all, {.rounds = 1, .repetitions = 1, .count_interruptions = [] { return std::int64_t{0}; }},
      clock);
  order.erase(order.begin(), order.end() - 2);
  EXPECT_THAT(order, ::testing::ElementsAre(1, 2));
}

TEST(ShareOf, ComparesWithinARound) {
  const Timed ceiling{.threads = 1, .amount = 100, .work = {}, .passes = 1, .seconds = {1, 2, 4}};
  const Timed kernel{.threads = 1, .amount = 50, .work = {}, .passes = 1, .seconds = {1, 2, 4}};
  const auto share = share_of(kernel, ceiling, {});
  EXPECT_EQ(share.value, 0.5);
  EXPECT_EQ(share.interval, (Interval{0.5, 0.5}));  // The machine slowed; the share did not.
}

/// The interval holds the truth as often as it says, rounding included.
TEST(Measured, CoversTheMedian) {
  int covered = 0;
  constexpr int kTrials = 2'000;
  for (int trial = 0; trial < kTrials; ++trial) {
    Random random(static_cast<std::uint64_t>(trial));
    std::vector<double> values(9);
    for (double& value : values)
      value = 1e10 * (1 + 0.05 * random.normal());
    const auto quantity = measured(values, "B/s", {});
    EXPECT_LE(quantity.interval->low, quantity.value);
    EXPECT_GE(quantity.interval->high, quantity.value);
    covered += quantity.interval->low <= 1e10 && 1e10 <= quantity.interval->high ? 1 : 0;
  }
  EXPECT_GE(covered, kTrials * 95 / 100 - 30);
}

TEST(Measured, RoundsToFourDigits) {
  EXPECT_EQ(measured(std::vector{1.23456789e10}, "B/s", {}).value, 1.235e10);
  EXPECT_EQ(measured(std::vector{0.00123456}, "share", {}).value, 0.001235);
  EXPECT_EQ(measured(std::vector{99'999.6}, "ns", {}).value, 1e5);
  EXPECT_EQ(measured(std::vector{1.5, 2.5}, "ns", {}).interval, (Interval{1.5, 2.5}));
}

}  // namespace
}  // namespace assay::probe
