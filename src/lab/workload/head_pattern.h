// SPDX-License-Identifier: MIT
// Widths of the heads of a projection as text: "128x8+107x7" is eight heads of 128 columns, then
// seven of 107.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace assay::workload {

struct HeadGroup {
  std::int64_t width = 0;
  std::int64_t count = 0;
  bool operator==(const HeadGroup&) const = default;
};

/// In the order of the text. An error says which part is wrong and what a pattern looks like.
Result<std::vector<HeadGroup>> parse_head_pattern(std::string_view text);
/// The shortest pattern of these widths.
std::string head_pattern_of(const std::vector<std::int64_t>& widths);

/// The width of every head.
std::vector<std::int64_t> widths_of(const std::vector<HeadGroup>& groups);

}  // namespace assay::workload
