// SPDX-License-Identifier: MIT
// Whether the processor's own counters (cycles, instructions, cache misses) can be had here.
#pragma once

#include <string>

#include "oracle/machine/reading.h"

namespace assay::machine {

/// "cycles and instructions", or why not, in words: a virtual machine without a PMU, a kernel that
/// forbids it, no such system call.
Reading<std::string> hardware_counters();

/// What errno of perf_event_open means for somebody who wants counters.
std::string explain_perf_errno(int error_number);

}  // namespace assay::machine
