// SPDX-License-Identifier: MIT
#include "core/units.h"

#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "core/format.h"

namespace assay {
namespace {

struct Step {
  double size;
  std::string_view name;
};

std::string in_largest_step(double amount, std::span<const Step> steps) {
  const Step* chosen = &steps.front();
  for (const Step& step : steps) {
    if (std::abs(amount) >= step.size) chosen = &step;
  }
  return format("{:.3g} {}", amount / chosen->size, chosen->name);
}

}  // namespace

std::string to_text(Seconds time) {
  static constexpr std::array<Step, 6> kSteps{
      {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}, {60e9, "min"}, {3600e9, "h"}}};
  return in_largest_step(time.count() * 1e9, kSteps);
}

std::string to_text(Nanoseconds time) {
  return to_text(Seconds(time));
}

std::string to_text(Bytes size) {
  static constexpr std::array<Step, 5> kSteps{
      {{1, "B"}, {0x1p10, "KiB"}, {0x1p20, "MiB"}, {0x1p30, "GiB"}, {0x1p40, "TiB"}}};
  return in_largest_step(static_cast<double>(size.count()), kSteps);
}

}  // namespace assay
