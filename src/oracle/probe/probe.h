// SPDX-License-Identifier: MIT
// Measures this machine: pinned threads, all numbers interleaved in rounds, each with its interval,
// method and date; what cannot be had is said. The result is a hardware profile.
//
//   ASSAY_TRY(HardwareProfile profile, run_probe({.name = "here", .threads = 0}));
#pragma once

#include <functional>
#include <string>

#include "core/result.h"
#include "core/units.h"
#include "oracle/hardware/hardware_profile.h"

namespace assay::probe {

struct ProbeSettings {
  std::string name = {};  ///< Of the profile.
  int threads = 0;        ///< Besides one; 0: one a core.
  bool is_quick = false;  ///< Few shapes and short samples: seconds, with wider intervals.
  /// Of working sets; 0: twice the last cache, at most a quarter of what is available.
  Bytes memory_most{0};
  /// Told what is going on.
  std::function<void(const std::string&)> on_phase = [](const std::string&) {};
};

Result<oracle::HardwareProfile> run_probe(const ProbeSettings& settings);

}  // namespace assay::probe
