// SPDX-License-Identifier: MIT
// A part of the probe: brings work that is to be timed, and turns the times into numbers of the
// profile after the last round.
#pragma once

#include <string>
#include <vector>

#include "oracle/hardware/hardware_profile.h"
#include "oracle/probe/timed.h"

namespace assay::probe {

class Section {
 public:
  virtual ~Section() = default;
  /// The same pointers in every call; they live as long as the section.
  virtual std::vector<Timed*> timed() = 0;
  /// After the rounds. `how` ends the source of every number: "the fastest of 3, median of 9".
  virtual void fill(const Method& how, oracle::HardwareProfile& profile) const = 0;
};

/// "reads in a loop; the fastest of 3 in each of 9 rounds"
inline Method with_source(std::string_view what, const Method& how) {
  return {.source = std::string(what) + "; " + how.source, .date = how.date};
}

}  // namespace assay::probe
