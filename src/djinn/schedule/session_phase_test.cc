// SPDX-License-Identifier: MIT
#include "djinn/schedule/session_phase.h"

#include <gmock/gmock.h>

#include "core/random.h"

namespace assay::djinn {
namespace {

constexpr Nanoseconds kStart = 1s;

TEST(SessionPhase, EverySignalMeansSomethingInEveryPhase) {
  SessionPhase phase(kStart);
  EXPECT_FALSE(phase.is_waiting());
  EXPECT_EQ(phase.signal(2s, Phase::kCompute, 5s), SignalEffect::kNothing);
  EXPECT_EQ(phase.since(), kStart);
  EXPECT_EQ(phase.request(2s), SignalEffect::kNothing);
  EXPECT_EQ(phase.signal(3s, Phase::kIoWait, 10s), SignalEffect::kWaitBegan);
  EXPECT_EQ(phase.announced(), 13s);
  EXPECT_EQ(phase.signal(4s, Phase::kIoWait, 2s), SignalEffect::kEstimateReplaced);
  EXPECT_EQ(phase.announced(), 6s);
  EXPECT_EQ(phase.since(), 3s) << "the wait began with the first";
  EXPECT_EQ(phase.signal(5s, Phase::kIoWait, std::nullopt), SignalEffect::kEstimateReplaced);
  EXPECT_EQ(phase.announced(), std::nullopt);
  EXPECT_EQ(phase.signal(7s, Phase::kCompute, std::nullopt), SignalEffect::kWaitEnded);
  EXPECT_EQ(phase.signal(7s, Phase::kCompute, std::nullopt), SignalEffect::kNothing);
  EXPECT_EQ(phase.wait_mean(), 4s);
}

TEST(SessionPhase, ARequestEndsTheWait) {
  SessionPhase phase(kStart);
  phase.signal(2s, Phase::kIoWait, 100s);
  EXPECT_EQ(phase.request(3s), SignalEffect::kWaitEnded);
  EXPECT_FALSE(phase.is_waiting());
  EXPECT_EQ(phase.announced(), std::nullopt);
  EXPECT_EQ(phase.predicted_resume(4s), 4s);
}

TEST(SessionPhase, PredictsFromWhatItKnows) {
  SessionPhase phase(kStart);
  phase.signal(2s, Phase::kIoWait, 10s);
  EXPECT_EQ(phase.predicted_resume(3s), 12s) << "as announced";
  EXPECT_EQ(phase.predicted_resume(14s), 26s) << "late: as long again";
  phase.signal(16s, Phase::kCompute, std::nullopt);
  phase.signal(20s, Phase::kIoWait, std::nullopt);
  EXPECT_EQ(phase.predicted_resume(21s), 34s) << "as the last wait, of 14 s";
  EXPECT_EQ(phase.predicted_resume(40s), 60s);
  phase.signal(22s + 20s, Phase::kCompute, std::nullopt);
  EXPECT_EQ(phase.wait_mean(), (14s * 3 + 22s) / 4);
}

TEST(SessionPhase, BoundsWhatClientsClaim) {
  SessionPhase phase(kStart);
  phase.signal(2s, Phase::kIoWait, Nanoseconds::max());
  EXPECT_EQ(phase.announced(), 2s + kEstimateMax);
  phase.signal(3s, Phase::kIoWait, Nanoseconds(-1));
  EXPECT_EQ(phase.announced(), std::nullopt);
  phase.signal(4s, Phase::kIoWait, Nanoseconds::min());
  EXPECT_EQ(phase.announced(), std::nullopt);
}

TEST(SessionPhase, NeverPredictsThePast) {
  Random random(4);
  SessionPhase phase{Nanoseconds(0)};
  Nanoseconds now{0};
  for (int step = 0; step < 10'000; ++step) {
    now += Nanoseconds(static_cast<std::int64_t>(random.below(3'000'000'000)));
    std::optional<Nanoseconds> estimate;
    if (random.coin()) estimate = Nanoseconds(static_cast<std::int64_t>(random.next()));
    const bool was_waiting = phase.is_waiting();
    const Phase said = random.coin() ? Phase::kIoWait : Phase::kCompute;
    const SignalEffect effect = phase.signal(now, said, estimate);
    EXPECT_EQ(phase.is_waiting(), said == Phase::kIoWait);
    EXPECT_EQ(effect == SignalEffect::kWaitEnded, was_waiting && said == Phase::kCompute);
    EXPECT_GE(phase.predicted_resume(now), now);
    EXPECT_LE(phase.predicted_resume(now), now + kEstimateMax);
  }
}

TEST(SignalEffect, HasAName) {
  EXPECT_EQ(to_text(SignalEffect::kWaitEnded), "wait ended");
  EXPECT_EQ(to_text(SignalEffect::kNothing), "nothing");
}

}  // namespace
}  // namespace assay::djinn
