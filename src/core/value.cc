// SPDX-License-Identifier: MIT
#include "core/value.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "core/format.h"

namespace assay {
namespace {

constexpr std::array<std::string_view, kStateCount> kNames{
    "measured",    "imported",    "estimated",     "simulated",   "contaminated",
    "undecided",   "timed_out",   "out_of_memory", "failed",      "wrong",
    "not_applied", "unsupported", "skipped",       "not_measured"};

/// The operand whose state the result inherits; the left one where they are equal.
const Value& weaker(const Value& left, const Value& right) {
  return right.state() > left.state() ? right : left;
}

Interval bounds(const Value& value) {
  return value.interval().value_or(Interval{value.number(), value.number()});
}

/// Digits after the point so that the half-width keeps two significant digits.
int digits_for(double half_width) {
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(half_width))), 0, 9);
}

}  // namespace

std::string_view to_text(State state) {
  return kNames[static_cast<std::size_t>(state)];
}

std::optional<State> parse_state(std::string_view text) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<State>(found - kNames.begin());
}

Value Value::measured(double number, std::optional<Interval> interval) {
  return of(State::kMeasured, number, "", interval);
}

Value Value::estimated(double number, std::string model, std::optional<Interval> interval) {
  return of(State::kEstimated, number, std::move(model), interval);
}

Value Value::of(State state, double number, std::string reason, std::optional<Interval> interval) {
  ASSAY_CHECK(assay::has_number(state), "this state has no number");
  if (!std::isfinite(number)) return missing(State::kFailed, "not a finite number");
  Value value;
  value.state_ = state;
  value.number_ = number;
  value.reason_ = std::move(reason);
  value.interval_ = interval;
  return value;
}

Value Value::missing(State state, std::string reason) {
  ASSAY_CHECK(!assay::has_number(state), "this state has a number");
  Value value;
  value.state_ = state;
  value.reason_ = std::move(reason);
  return value;
}

double Value::number() const {
  ASSAY_CHECK(has_number(), "a number is taken only from a state that has one");
  return number_;
}

Value Value::weakened(State state, const std::string& reason) const {
  if (state <= state_) return *this;
  if (!assay::has_number(state)) return missing(state, reason);
  return of(state, number_, reason, interval_);
}

Value Value::scaled(double factor) const {
  if (!has_number()) return *this;
  Value value = of(state_, number_ * factor, reason_);
  if (interval_) {
    const double low = interval_->low * factor;
    const double high = interval_->high * factor;
    value.interval_ = Interval{std::min(low, high), std::max(low, high)};
  }
  return value;
}

Value operator/(const Value& numerator, const Value& denominator) {
  const Value& state_of = weaker(numerator, denominator);
  if (!state_of.has_number()) return Value::missing(state_of.state(), state_of.reason());
  const Interval top = bounds(numerator);
  const Interval bottom = bounds(denominator);
  if (!(bottom.low > 0) || top.low < 0) {
    return Value::missing(State::kFailed, "ratio of numbers that are not positive");
  }
  std::optional<Interval> interval;
  if (numerator.interval() || denominator.interval()) {
    interval = Interval{top.low / bottom.high, top.high / bottom.low};
  }
  return Value::of(state_of.state(), numerator.number() / denominator.number(), state_of.reason(),
                   interval);
}

Value operator+(const Value& left, const Value& right) {
  const Value& state_of = weaker(left, right);
  if (!state_of.has_number()) return Value::missing(state_of.state(), state_of.reason());
  const Interval a = bounds(left);
  const Interval b = bounds(right);
  std::optional<Interval> interval;
  if (left.interval() || right.interval()) interval = Interval{a.low + b.low, a.high + b.high};
  return Value::of(state_of.state(), left.number() + right.number(), state_of.reason(), interval);
}

std::string to_text(const Value& value) {
  std::string text;
  if (value.has_number()) {
    const double half =
        value.interval() ? (value.interval()->high - value.interval()->low) / 2 : 0.0;
    if (half > 1e-6 * std::abs(value.number())) {  // Less is rounding.
      const int digits = digits_for(half);
      text = format("{:.{}f} ± {:.{}f}", value.number(), digits, half, digits);
    } else {
      text = format("{:.4g}", value.number());
    }
    if (value.state() == State::kMeasured) return text;
    text += ' ';
  }
  text += to_text(value.state());
  if (!value.reason().empty()) text += format(" ({})", value.reason());
  return text;
}

}  // namespace assay
