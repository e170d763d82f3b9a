// SPDX-License-Identifier: MIT
// What the rest of the machine did to us meanwhile: waiting (PSI), time that the hypervisor gave
// away (steal), context switches. Totals since boot, read before and after a piece of work.
//
//   const Pressure before = read_pressure();
//   ...
//   for (std::string& doubt : doubts_between(before, read_pressure(), elapsed)) ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/units.h"
#include "oracle/machine/reading.h"

namespace assay::machine {

/// Of the whole machine.
struct Pressure {
  Reading<Nanoseconds> cpu_waiting;  ///< Some task waited for a CPU.
  Reading<Nanoseconds> memory_waiting;
  Reading<Nanoseconds> io_waiting;
  Reading<Nanoseconds> stolen;  ///< Summed over all CPUs.
  Reading<std::int64_t> context_switches;
};

/// Five small files: 50-100 us. Never between two samples.
Pressure read_pressure();

/// What was added in between; absent where either reading is.
Pressure difference(const Pressure& before, const Pressure& after);

/// Sentences for a record about what took a share of `elapsed` that matters.
std::vector<std::string> doubts_between(const Pressure& before, const Pressure& after,
                                        Nanoseconds elapsed);

}  // namespace assay::machine
