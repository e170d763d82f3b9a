// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/density_search.h"

#include <algorithm>

#include "core/check.h"

namespace assay::workload {
namespace {

constexpr std::int64_t kResolution = 16;  ///< Parts of the answer.

}  // namespace

Result<DensityFound> search_density(const DensitySearch& search,
                                    const std::function<Result<bool>(std::int64_t agents)>& holds) {
  ASSAY_CHECK(search.first >= 1 && search.first <= search.most, "a search has a beginning");
  DensityFound found;
  const auto ask = [&](std::int64_t agents) -> Result<bool> {
    ASSAY_TRY(const bool does_hold, holds(agents));
    found.asked.emplace_back(agents, does_hold);
    return does_hold;
  };
  std::int64_t good = 0;
  std::int64_t bad = search.most + 1;
  std::int64_t next = search.first;
  while (good < search.most && bad > 1 && (good == 0 || bad > search.most)) {
    ASSAY_TRY(const bool does_hold, ask(next));
    (does_hold ? good : bad) = next;
    if (good > 0 && bad <= search.most) break;
    next = does_hold ? std::min(next + std::max<std::int64_t>(next / 2, 1), search.most) : next / 2;
  }
  while (bad - good > std::max<std::int64_t>(1, good / kResolution)) {
    const std::int64_t middle = good + (bad - good) / 2;
    ASSAY_TRY(const bool does_hold, ask(middle));
    (does_hold ? good : bad) = middle;
  }
  found.agents = good;
  found.is_most = good == search.most;
  return found;
}

}  // namespace assay::workload
