// SPDX-License-Identifier: MIT
// All that the instrument may know of what it measures.
#pragma once

#include <cstdint>

#include "core/result.h"

namespace assay::measure {

/// Called from one thread only.
class SystemUnderTest {
 public:
  virtual ~SystemUnderTest() = default;

  /// The timed region, and nothing else: the work, `times` times in a row, to completion.
  virtual Result<void> run(std::int64_t times) = 0;

  /// Optional. Never timed, called before every sample. Default: there is nothing to renew; a
  /// workload that can rotate its buffers does so here under CacheState::kRotated.
  virtual Result<void> before_sample() { return {}; }
};

}  // namespace assay::measure
