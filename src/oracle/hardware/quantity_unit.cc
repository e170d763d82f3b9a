// SPDX-License-Identifier: MIT
#include "oracle/hardware/quantity_unit.h"

#include <algorithm>
#include <array>
#include <utility>

namespace assay::oracle {

std::string_view unit_of_name(std::string_view name) {
  // The longer ending first.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kEndings{
      {{"bytes_per_second", "B/s"},
       {"flops_per_second", "FLOP/s"},
       {"bytes", "B"},
       {"_ns", "ns"},
       {"_hz", "Hz"},
       {"watts", "W"},
       {"joules", "J"},
       {"efficiency", "share"},
       {"share", "share"}}};
  const auto* const found = std::ranges::find_if(
      kEndings, [&](const auto& ending) { return name.ends_with(ending.first); });
  return found == kEndings.end() ? "1" : found->second;
}

}  // namespace assay::oracle
