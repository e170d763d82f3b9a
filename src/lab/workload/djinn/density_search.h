// SPDX-License-Identifier: MIT
// The largest population that holds, where a population that does not hold is not made to hold by
// more agents: doubling from a guess, then bisection.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/result.h"

namespace assay::workload {

struct DensitySearch {
  std::int64_t first = 1;  ///< Where it begins.
  std::int64_t most = 1;   ///< Beyond it nobody looks.
};

struct DensityFound {
  std::int64_t agents = 0;  ///< 0: not even one.
  bool is_most = false;     ///< The end of the search, not of what would hold.
  /// What was asked, in that order, and whether it held.
  std::vector<std::pair<std::int64_t, bool>> asked = {};
};

/// To a sixteenth of the answer. `holds` is asked once for each population.
Result<DensityFound> search_density(const DensitySearch& search,
                                    const std::function<Result<bool>(std::int64_t agents)>& holds);

}  // namespace assay::workload
