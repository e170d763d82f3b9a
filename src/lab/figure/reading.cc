// SPDX-License-Identifier: MIT
#include "lab/figure/reading.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "core/format.h"

namespace assay::figure {
namespace {

struct Rung {
  double size;  ///< In the stored unit; numbers from here on are read in it.
  std::string_view unit;
};
struct Ladder {
  std::string_view unit;
  std::vector<Rung> rungs;  ///< Ascending.
};

const std::vector<Ladder>& ladders() {
  static const std::vector<Ladder> all{
      {"ns", {{1e-6, "fs"}, {1e-3, "ps"}, {1, "ns"}, {1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}}},
      {"FLOP/s",
       {{1, "FLOP/s"},
        {1e3, "kFLOP/s"},
        {1e6, "MFLOP/s"},
        {1e9, "GFLOP/s"},
        {1e12, "TFLOP/s"},
        {1e15, "PFLOP/s"}}},
      {"byte/s", {{1, "B/s"}, {1e3, "kB/s"}, {1e6, "MB/s"}, {1e9, "GB/s"}, {1e12, "TB/s"}}},
      {"byte", {{1, "B"}, {1024, "KiB"}, {1024.0 * 1024, "MiB"}, {1024.0 * 1024 * 1024, "GiB"}}},
      {"fraction", {{0.01, "%"}}},
      {"ratio", {{1, ""}}},
  };
  return all;
}

/// Decimals that show `number` to `digits` significant digits; negative: tens, hundreds, ...
int decimals_for(double number, int digits) {
  if (!(std::abs(number) > 0)) return 0;
  return std::min(digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(number)))), 12);
}

std::string rounded(double number, int decimals) {
  if (decimals >= 0) return format("{:.{}f}", number, decimals);
  const double step = std::pow(10.0, -decimals);
  return format("{:.0f}", std::round(number / step) * step);
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// Half of an interval with any width: below a millionth of the number it is rounding, which no
/// clock and no repetition can tell from none.
bool has_width(double number, double half_width) {
  return half_width > 1e-6 * std::abs(number);
}

bool is_readable_without_exponent(double number) {
  const double size = std::abs(number);
  return size == 0 || (size >= 1e-5 && size < 1e9);
}

}  // namespace

Scale scale_for(std::string_view unit, double magnitude) {
  const auto ladder = std::ranges::find(ladders(), unit, &Ladder::unit);
  if (ladder == ladders().end()) return {.factor = 1, .unit = std::string(unit)};
  Rung best = ladder->rungs.front();
  for (const Rung& rung : ladder->rungs) {
    if (std::abs(magnitude) >= rung.size) best = rung;
  }
  const bool says_nothing = !(std::abs(magnitude) > 0) && ladder->rungs.size() > 1;
  if (says_nothing) best = *std::ranges::find(ladder->rungs, 1.0, &Rung::size);
  return {.factor = 1 / best.size, .unit = std::string(best.unit)};
}

Scale scale_for(std::string_view unit, std::span<const double> numbers) {
  std::vector<double> sizes;
  for (const double number : numbers) {
    if (std::abs(number) > 0) sizes.push_back(std::abs(number));
  }
  if (sizes.empty()) return scale_for(unit, 0.0);
  const auto middle = sizes.begin() + std::ssize(sizes) / 2;
  std::ranges::nth_element(sizes, middle);
  return scale_for(unit, *middle);
}

Value rescaled(const Value& value, double factor) {
  if (!value.has_number()) return value;
  std::optional<Interval> interval;
  if (const auto& bounds = value.interval()) {
    interval = Interval{bounds->low * factor, bounds->high * factor};
  }
  return Value::of(value.state(), value.number() * factor, value.reason(), interval);
}

std::string number_text(double number, double half_width) {
  if (has_width(number, half_width)) return rounded(number, decimals_for(half_width, 2));
  if (!is_readable_without_exponent(number)) return format("{:.3e}", number);
  return without_trailing_zeros(rounded(number, std::max(0, decimals_for(number, 4))));
}

std::string value_text(const Value& value) {
  if (!value.has_number()) return state_text(value.state());
  const double number = value.number();
  if (!value.interval()) return number_text(number);
  const auto [low, high] = *value.interval();
  const double half = (high - low) / 2;
  if (!has_width(number, half)) return number_text(number);
  const double lean = std::abs((high - number) - (number - low));
  if (lean > 0.6 * half) {
    return format("{} [{}, {}]", number_text(number, half), number_text(low, half),
                  number_text(high, half));
  }
  return format("{} ± {}", number_text(number, half), number_text(half, half));
}

std::string state_text(State state) {
  std::string text(to_text(state));
  std::ranges::replace(text, '_', ' ');
  return text;
}

}  // namespace assay::figure
