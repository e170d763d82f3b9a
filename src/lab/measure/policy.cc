// SPDX-License-Identifier: MIT
#include "lab/measure/policy.h"

namespace assay::measure {

std::string_view to_text(CacheState state) {
  switch (state) {
    case CacheState::kHot:
      return "hot";
    case CacheState::kFlushed:
      return "flushed";
    case CacheState::kRotated:
      return "rotated";
  }
  return "unknown";
}

Result<void> validate(const Policy& policy) {
  if (policy.warmup_samples_min < 0) {
    return Error::user("warmup_samples_min must not be negative: got {}",
                       policy.warmup_samples_min);
  }
  if (policy.samples_min < 1) {
    return Error::user("samples_min must be at least 1: got {}", policy.samples_min);
  }
  if (policy.samples_max < policy.samples_min) {
    return Error::user("samples_max must not be below samples_min ({}): got {}", policy.samples_min,
                       policy.samples_max);
  }
  for (const auto& [name, time] :
       {std::pair{"warmup_max", policy.warmup_max}, std::pair{"budget", policy.budget},
        std::pair{"sample_length", policy.sample_length}}) {
    if (time < 0ns)
      return Error::user("{} must not be negative: got {}", name, assay::to_text(time));
  }
  if (!(policy.width_target >= 0)) {
    return Error::user("width_target must be a ratio such as 0.01: got {}", policy.width_target);
  }
  return {};
}

}  // namespace assay::measure
