// SPDX-License-Identifier: MIT
#include "engine/graph/window.h"

namespace assay::graph {

Result<std::int64_t> window_positions(std::int64_t extent, const Window& window,
                                      std::string_view axis) {
  ASSAY_CHECK(extent >= 0 && window.stride > 0 && window.padding >= 0 && window.dilation > 0,
              "sizes are checked before they are calculated with");
  if (window.size < 1) return Error::user("the {} of the window is 0; expected 1 or more", axis);
  std::int64_t reach = 0;
  std::int64_t padded = 0;
  const bool overflows = __builtin_mul_overflow(window.size - 1, window.dilation, &reach) ||
                         __builtin_mul_overflow(window.padding, 2, &padded) ||
                         __builtin_add_overflow(padded, extent, &padded);
  if (overflows || reach >= padded) {
    return Error::user(
        "a window of {} (dilation {}) does not fit into a {} of {} with {} of padding at both "
        "ends",
        window.size, window.dilation, axis, extent, window.padding);
  }
  return (padded - reach - 1) / window.stride + 1;
}

}  // namespace assay::graph
