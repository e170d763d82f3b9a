// SPDX-License-Identifier: MIT
// What a number is worth. Every value that Assay shows is in exactly one state, carries the reason
// for it, and arithmetic hands the weakest state on: nothing turns any other state into `measured`.
//
//   Value a = Value::measured(812.4, {801.0, 823.9});
//   Value b = Value::estimated(640.0, "roofline, model error 12 %");
//   (a / b).state() == State::kEstimated
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

/// From strongest to weakest: the order in which arithmetic keeps the later one.
/// From kTimedOut on there is no number.
enum class State : std::uint8_t {
  kMeasured,
  kImported,      ///< From somebody else's file; the reason names the source.
  kEstimated,     ///< From a model; the reason names the model and its error.
  kSimulated,     ///< Time on a virtual clock.
  kContaminated,  ///< Measured, but the machine was disturbed; the reason says how.
  kUndecided,     ///< Measured, but too little to publish (one process, too wide).
  kTimedOut,
  kOutOfMemory,
  kFailed,
  kWrong,       ///< The answer differed from the reference, so it was not timed.
  kNotApplied,  ///< A factor that was asked for was not in force.
  kUnsupported,
  kSkipped,
  kNotMeasured,
};
inline constexpr int kStateCount = static_cast<int>(State::kNotMeasured) + 1;

std::string_view to_text(State state);
std::optional<State> parse_state(std::string_view text);
constexpr bool has_number(State state) {
  return state < State::kTimedOut;
}
constexpr State weakest(State a, State b) {
  return a < b ? b : a;
}

struct Interval {
  double low = 0;
  double high = 0;
  bool operator==(const Interval&) const = default;
};

class Value {
 public:
  /// Not measured, without a reason: what a default-made Value must honestly say.
  Value() = default;

  static Value measured(double number, std::optional<Interval> interval = {});
  static Value estimated(double number, std::string model, std::optional<Interval> interval = {});
  /// Any state that has a number.
  static Value of(State state, double number, std::string reason,
                  std::optional<Interval> interval = {});
  /// Any state that has none.
  static Value missing(State state, std::string reason);

  State state() const { return state_; }
  bool has_number() const { return assay::has_number(state_); }
  double number() const;  ///< Checked: only where there is one.
  const std::optional<Interval>& interval() const { return interval_; }
  const std::string& reason() const { return reason_; }

  /// The same number in a state at least as weak as `state`. A stronger one changes nothing.
  Value weakened(State state, const std::string& reason) const;
  Value scaled(double factor) const;

  bool operator==(const Value&) const = default;

 private:
  State state_ = State::kNotMeasured;
  double number_ = 0;
  std::optional<Interval> interval_;
  std::string reason_;
};

/// Number and interval (worst case over both intervals; both operands positive for `/`), weakest
/// state and its reason.
Value operator/(const Value& numerator, const Value& denominator);
Value operator+(const Value& left, const Value& right);

/// "812 us ± 11", rounded to the second digit of the half-width; or "unsupported (no fp16 ...)".
std::string to_text(const Value& value);

}  // namespace assay
