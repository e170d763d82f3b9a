// SPDX-License-Identifier: MIT
// Where every byte of the budget is. The sums hold at every moment; `imbalance` says which does
// not, and the tests ask it after every step of random schedules.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/units.h"
#include "djinn/memory/refusal.h"

namespace assay::djinn {

/// reserved = used + waste_internal + waste_external + free.
struct SegmentReport {
  Bytes reserved{};
  Bytes used{};  ///< Asked for by somebody, and there.
  Bytes
      waste_internal{};  ///< Held beside what is used: the rest of an arena, of a block, of a page.
  Bytes waste_external{};  ///< Too small or too scattered for anybody.
  Bytes free{};
  bool operator==(const SegmentReport&) const = default;
};

/// Sums since the start.
struct SwapCounts {
  Bytes to_host;
  Bytes to_device;
  Bytes dropped;  ///< Left the device without a copy at that moment.
  Bytes appended;
  std::int64_t cleans = 0;
  std::int64_t restores = 0;
  std::int64_t drops = 0;
  std::int64_t abandoned = 0;
  std::int64_t corrupt = 0;
  std::array<std::int64_t, kRefusalReasons> refusals{};  ///< By reason.
};

struct MemoryReport {
  SegmentReport text;
  SegmentReport data;
  SegmentReport stack;
  SegmentReport host;
  Bytes dirty;  ///< Of data.used: nowhere else.
  Bytes clean;  ///< Of data.used: also in the host pool.
  std::int64_t sessions_dirty = 0;
  std::int64_t sessions_clean = 0;
  std::int64_t sessions_host_only = 0;
  std::int64_t sessions_restoring = 0;
  std::int64_t sessions_pinned = 0;  ///< Of those above.
  SwapCounts swap;
};

/// What does not add up; nothing where all does.
std::optional<std::string> imbalance(const MemoryReport& report);

}  // namespace assay::djinn
