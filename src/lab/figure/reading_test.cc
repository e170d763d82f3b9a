// SPDX-License-Identifier: MIT
#include "lab/figure/reading.h"

#include <gmock/gmock.h>

#include <array>
#include <vector>

namespace assay::figure {
namespace {

TEST(ScaleFor, PicksTheUnitAPersonWouldChoose) {
  struct Case {
    std::string_view unit;
    double magnitude;
    double factor;
    std::string_view read_in;
  };
  for (const Case& c : {Case{"ns", 812.0, 1, "ns"}, Case{"ns", 8.1e5, 1e-3, "µs"},
                        Case{"ns", 1e6, 1e-6, "ms"}, Case{"ns", 4e-4, 1e6, "fs"},
                        Case{"ns", 0.0, 1, "ns"}, Case{"FLOP/s", 2.1e11, 1e-9, "GFLOP/s"},
                        Case{"byte/s", 3e9, 1e-9, "GB/s"}, Case{"byte", 2048, 1.0 / 1024, "KiB"},
                        Case{"fraction", 0.02, 100, "%"}, Case{"fraction", 0, 100, "%"},
                        Case{"ratio", 1.3, 1, ""}, Case{"furlong", 9, 1, "furlong"}}) {
    SCOPED_TRACE(std::string(c.unit) + " " + std::to_string(c.magnitude));
    const Scale scale = scale_for(c.unit, c.magnitude);
    EXPECT_DOUBLE_EQ(scale.factor, c.factor);
    EXPECT_EQ(scale.unit, c.read_in);
  }
}

TEST(ScaleFor, ManyNumbersFollowTheirMedian) {
  EXPECT_EQ(scale_for("ns", std::array{0.0, 900.0, 2e4, 3e4, 5e9}).unit, "µs");
  EXPECT_EQ(scale_for("ns", std::vector<double>{}).unit, "ns");
}

TEST(NumberText, ShowsNoMoreThanTheHalfWidthSupports) {
  struct Case {
    double number;
    double half_width;
    std::string_view text;
  };
  for (const Case& c :
       {Case{812.374, 11.2, "812"}, Case{0.81237, 0.0112, "0.812"}, Case{12'346, 123, "12350"},
        Case{1.0006, 0.0052, "1.0006"}, Case{3.2, 410, "0"}, Case{107, 0, "107"},
        Case{1.30699, 0, "1.307"}, Case{0.5, 0, "0.5"}, Case{0, 0, "0"}, Case{-2.25, 0, "-2.25"},
        Case{1e-9, 0, "1.000e-09"}, Case{123'456, 0, "123456"}}) {
    EXPECT_EQ(number_text(c.number, c.half_width), c.text);
  }
}

TEST(ValueText, SaysIntervalOrState) {
  EXPECT_EQ(value_text(Value::measured(812.37, Interval{801.1, 823.9})), "812 ± 11");
  EXPECT_EQ(value_text(Value::measured(812.37, Interval{810, 860})), "812 [810, 860]");
  EXPECT_EQ(value_text(Value::measured(812.37)), "812.4");
  EXPECT_EQ(value_text(Value::measured(5, Interval{5, 5})), "5");
  EXPECT_EQ(value_text(Value::measured(2.05603125, Interval{2.056031249999999, 2.05603125})),
            "2.056")
      << "a width of rounding is none";
  EXPECT_EQ(value_text(Value::missing(State::kTimedOut, "60 s")), "timed out");
}

TEST(Rescaled, KeepsIntervalStateAndReason) {
  const Value value = Value::of(State::kContaminated, 2'000, "steal", Interval{1'900, 2'200});
  const Value want = Value::of(State::kContaminated, 2, "steal", Interval{1.9, 2.2});
  const Value got = rescaled(value, 1e-3);
  EXPECT_EQ(got.state(), want.state());
  EXPECT_EQ(got.reason(), want.reason());
  EXPECT_DOUBLE_EQ(got.number(), 2);
  EXPECT_DOUBLE_EQ(got.interval()->low, 1.9);
  EXPECT_DOUBLE_EQ(got.interval()->high, 2.2);
  EXPECT_EQ(rescaled(Value::missing(State::kWrong, "x"), 3), Value::missing(State::kWrong, "x"));
}

TEST(StateText, ReadsAsWords) {
  EXPECT_EQ(state_text(State::kOutOfMemory), "out of memory");
  EXPECT_EQ(state_text(State::kMeasured), "measured");
}

}  // namespace
}  // namespace assay::figure
