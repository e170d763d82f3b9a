// SPDX-License-Identifier: MIT
#include "lab/measure/doubts.h"

#include <sched.h>
#include <sys/resource.h>

#include "core/check.h"

namespace assay::measure {

std::uint8_t doubts_between(const Disturbances& before, const Disturbances& after) {
  unsigned bits = kNone;
  if (after.involuntary_switches != before.involuntary_switches) bits |= kPreempted;
  if (after.major_faults != before.major_faults) bits |= kFaulted;
  if (after.cpu != before.cpu) bits |= kMigrated;
  return static_cast<std::uint8_t>(bits);
}

Disturbances SystemDoubts::read() {
  rusage usage{};
  const int failed = getrusage(scope_ == DoubtScope::kThread ? RUSAGE_THREAD : RUSAGE_SELF, &usage);
  ASSAY_CHECK_EQ(failed, 0, "getrusage knows its own thread and process");
  return {.involuntary_switches = usage.ru_nivcsw,
          .major_faults = usage.ru_majflt,
          .cpu = sched_getcpu()};
}

}  // namespace assay::measure
