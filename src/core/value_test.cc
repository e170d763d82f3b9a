// SPDX-License-Identifier: MIT
#include "core/value.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay {
namespace {

Value sample_of(State state) {
  if (has_number(state)) return Value::of(state, 2.0, "why", Interval{1.5, 2.5});
  return Value::missing(state, "why");
}

std::vector<State> all_states() {
  std::vector<State> states;
  for (int i = 0; i < kStateCount; ++i) {
    states.push_back(static_cast<State>(i));
  }
  return states;
}

TEST(State, NamesReadBack) {
  for (const State state : all_states()) {
    EXPECT_EQ(parse_state(to_text(state)), state);
  }
  EXPECT_FALSE(parse_state("validated"));
}

TEST(Value, NothingTurnsAnotherStateIntoMeasured) {
  for (const State left : all_states()) {
    for (const State right : all_states()) {
      SCOPED_TRACE(std::string(to_text(left)) + " with " + std::string(to_text(right)));
      EXPECT_EQ((sample_of(left) / sample_of(right)).state(), weakest(left, right));
      EXPECT_EQ((sample_of(left) + sample_of(right)).state(), weakest(left, right));
      EXPECT_EQ(sample_of(left).weakened(right, "x").state(), weakest(left, right));
      EXPECT_EQ(sample_of(left).scaled(3).state(), left);
    }
  }
}

TEST(Value, DefaultIsNotMeasured) {
  EXPECT_EQ(Value().state(), State::kNotMeasured);
}

TEST(Value, RatioKeepsTheWorstCase) {
  const Value ratio = Value::measured(4, Interval{3, 5}) / Value::measured(2, Interval{1, 4});
  EXPECT_DOUBLE_EQ(ratio.number(), 2);
  EXPECT_EQ(ratio.interval(), (Interval{0.75, 5}));
}

TEST(Value, ScalingKeepsTheIntervalInOrder) {
  const Value value = Value::measured(4, Interval{3, 5});
  EXPECT_EQ(value.scaled(0.5).interval(), (Interval{1.5, 2.5}));
  EXPECT_EQ(value.scaled(-1).interval(), (Interval{-5, -3}));
}

TEST(Value, WhatIsNotANumberIsNotShownAsOne) {
  EXPECT_EQ(Value::measured(0.0 / 0.0).state(), State::kFailed);
  EXPECT_EQ((Value::measured(1) / Value::measured(0)).state(), State::kFailed);
}

TEST(Value, PrintsTheDigitsThatTheIntervalAllows) {
  EXPECT_EQ(to_text(Value::measured(812.4321, Interval{801.2, 823.6})), "812 ± 11");
  EXPECT_EQ(to_text(Value::measured(0.94321, Interval{0.9412, 0.9454})), "0.9432 ± 0.0021");
  EXPECT_EQ(to_text(Value::measured(2.05603125, Interval{2.056031249999999, 2.05603125})), "2.056");
  EXPECT_EQ(to_text(Value::estimated(640, "roofline")), "640 estimated (roofline)");
  EXPECT_EQ(to_text(Value::missing(State::kUnsupported, "no fp16")), "unsupported (no fp16)");
}

TEST(ValueDeath, AMissingValueHasNoNumber) {
  EXPECT_DEATH((void)Value().number(), "only from a state that has one");
}

}  // namespace
}  // namespace assay
