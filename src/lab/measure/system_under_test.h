// SPDX-License-Identifier: MIT
// All that the instrument may know of what it measures.
#pragma once

#include <cstdint>

#include "core/clock.h"
#include "core/result.h"

namespace assay::measure {

/// Called from one thread only.
class SystemUnderTest {
 public:
  virtual ~SystemUnderTest() = default;

  /// The timed region, and nothing else: the work, `times` times in a row, to completion. Work that
  /// rotates (CacheState::kRotated) takes the next copy of its data in every one of these calls.
  virtual Result<void> run(std::int64_t times) = 0;

  /// Optional. Never timed, called before every sample. Default: there is nothing to renew.
  virtual Result<void> before_sample() { return {}; }

  /// Optional. The clock on which the work's time is read where it is not the machine's: a call is
  /// then one sample, the machine cannot disturb it, and its time is simulated. Default: null, the
  /// time is measured.
  virtual const VirtualClock* virtual_clock() const { return nullptr; }
};

}  // namespace assay::measure
