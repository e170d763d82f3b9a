// SPDX-License-Identifier: MIT
// Where the window of a convolution or a pool can stand along one axis: the arithmetic, checked.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace assay::graph {

struct Window {
  std::int64_t size = 1;  ///< Elements that it looks at.
  std::int64_t stride = 1;
  std::int64_t padding = 0;   ///< Elements added at both ends.
  std::int64_t dilation = 1;  ///< From one element that it looks at to the next.
};

/// (extent + 2 padding - dilation (size - 1) - 1) / stride + 1, rounded down. An error where not
/// even one window fits; `axis` names it: "height".
Result<std::int64_t> window_positions(std::int64_t extent, const Window& window,
                                      std::string_view axis);

}  // namespace assay::graph
