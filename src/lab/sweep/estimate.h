// SPDX-License-Identifier: MIT
// How long a sweep will take, as an honest range: what the measuring policy allows before anything
// has run, and what trials took before where records say so.
//
//   Estimate time = estimate(spec, sweep);                 // "2.1 min to 11 min"
//   Estimate better = estimate(spec, sweep, past_durations);
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/units.h"
#include "lab/spec/spec.h"
#include "lab/sweep/expand.h"

namespace assay::sweep {

/// One trial in one process, preparation and checks included.
struct PastDuration {
  std::uint64_t key;  ///< key_of(trial)
  Nanoseconds duration;
};

struct Estimate {
  Seconds low{0};
  Seconds high{0};
  std::int64_t trials = 0;        ///< To be measured: duplicates are not.
  std::int64_t trials_known = 0;  ///< Of those, with a past duration.
  std::string assumes;            ///< What the range rests on, in one sentence.
};

/// Over all processes. A trial with past durations takes what it took; one without takes what the
/// policy allows, and at most as long as the longest known one if that is longer.
Estimate estimate(const spec::Spec& spec, const Sweep& sweep,
                  std::span<const PastDuration> past = {});

/// "2.1 min to 11 min"; one figure where both ends read the same.
std::string to_text(const Estimate& estimate);

}  // namespace assay::sweep
