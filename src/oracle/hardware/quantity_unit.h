// SPDX-License-Identifier: MIT
// The unit of a number of a profile, which ends its name: "memory_bytes_per_second" is in B/s.
#pragma once

#include <string_view>

namespace assay::oracle {

/// "B/s", "FLOP/s", "B", "ns", "Hz", "W", "J", "share"; "1" where the name ends in no unit.
std::string_view unit_of_name(std::string_view name);

}  // namespace assay::oracle
