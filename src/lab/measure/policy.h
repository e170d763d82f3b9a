// SPDX-License-Identifier: MIT
// How one trial is sampled inside one process. In force: complete, no optional fields.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.h"
#include "core/units.h"

namespace assay::measure {

/// In which state the caches are when a sample starts. Flushed samples are single calls: those
/// after the first of a batch would find what the first one left behind.
enum class CacheState : std::uint8_t {
  kHot,      ///< Nothing done: the data of the sample before may still be there.
  kFlushed,  ///< A buffer larger than the last-level cache is written before every sample.
  kRotated,  ///< Every call works on another copy of its data, together larger than the cache.
};
std::string_view to_text(CacheState state);

struct Policy {
  int warmup_samples_min = 3;  ///< Then until a plateau, at most `warmup_max`.
  Nanoseconds warmup_max{500ms};
  int samples_min = 12;  ///< Rounds per process: each arm is sampled once a round.
  int samples_max = 1'000;
  Nanoseconds budget{500ms};     ///< Of one trial in one process; the minimum may exceed it.
  Nanoseconds sample_length{0};  ///< Calls are batched up to it; 0: a pilot chooses.
  double width_target = 0.01;    ///< Stop at this relative half-width of the paired interval.
  CacheState cache = CacheState::kHot;
};

/// An Error names the field, what it is and what it must be.
Result<void> validate(const Policy& policy);

}  // namespace assay::measure
