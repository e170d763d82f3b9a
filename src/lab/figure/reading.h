// SPDX-License-Identifier: MIT
// How numbers are read: one unit for a column, and no more digits than the interval supports.
//
//   Scale scale = scale_for("ns", 812'400);                       // {1e-6, "ms"}
//   value_text(Value::measured(812.37, {{801.2, 823.9}}));        // "812 ± 11"
//   value_text(Value::missing(State::kUnsupported, "no fp16"));   // "unsupported"
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/value.h"

namespace assay::figure {

struct Scale {
  double factor = 1;  ///< Multiplies a stored number.
  std::string unit;   ///< What a person reads; UTF-8 ("µs").
};

/// The unit in which a number of this size reads best. A unit without a ladder stays as it is.
Scale scale_for(std::string_view unit, double magnitude);
/// One scale for many numbers: that of the median of those that are not zero.
Scale scale_for(std::string_view unit, std::span<const double> numbers);

/// The value in another unit: number and interval times a positive factor.
Value rescaled(const Value& value, double factor);

/// Rounded to the second digit of the half-width; four significant digits where there is none.
std::string number_text(double number, double half_width = 0);
/// "812 ± 11"; "812 [801, 850]" where the interval is lopsided; the state where there is no number.
std::string value_text(const Value& value);
/// "timed out": a state in words.
std::string state_text(State state);

}  // namespace assay::figure
