// SPDX-License-Identifier: MIT
#include "oracle/probe/drift.h"

#include <algorithm>
#include <array>

namespace assay::probe {
namespace {

Interval interval_of(const oracle::Quantity& quantity) {
  return quantity.interval.value_or(Interval{quantity.value, quantity.value});
}

bool lie_apart(const oracle::Quantity& a, const oracle::Quantity& b, double allowance) {
  const Interval one = interval_of(a);
  const Interval other = interval_of(b);
  return one.low > other.high * (1 + allowance) || other.low > one.high * (1 + allowance);
}

}  // namespace

std::string_view to_text(Drift drift) {
  constexpr std::array<std::string_view, 3> kWords{"same", "drifted", "missing"};
  return kWords[static_cast<std::size_t>(drift)];
}

std::vector<DriftLine> compare_profiles(const oracle::HardwareProfile& before,
                                        const oracle::HardwareProfile& now, double allowance) {
  std::vector<DriftLine> lines;
  const auto present = now.quantities();
  for (const auto& [name, quantity] : before.quantities()) {
    if (quantity->provenance != oracle::Provenance::kMeasured) continue;
    DriftLine& line = lines.emplace_back();
    line.name = name;
    line.before = *quantity;
    const auto found = std::ranges::find(present, name, &oracle::HardwareProfile::Named::name);
    if (found == present.end() || found->quantity->provenance != oracle::Provenance::kMeasured) {
      line.drift = Drift::kMissing;
      continue;
    }
    line.now = *found->quantity;
    line.ratio = line.now->value / line.before.value;
    line.drift = lie_apart(line.before, *line.now, allowance) ? Drift::kDrifted : Drift::kSame;
  }
  return lines;
}

}  // namespace assay::probe
