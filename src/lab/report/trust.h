// SPDX-License-Identifier: MIT
// How far a run can be trusted, in numbers: processes, samples, doubts, the smallest difference it
// could see, and what its machine was warned about. Both reports open with it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lab/report/run_view.h"

namespace assay::report {

struct Trust {
  int processes_min = 0;
  int processes_max = 0;
  std::int64_t samples = 0;
  std::int64_t doubtful_samples = 0;
  Value detectable;  ///< The largest of the floors, as a fraction; not measured where none is.
  std::vector<std::pair<std::string, int>> doubts;  ///< With the number of cells; most first.
  std::vector<std::string> warnings;                ///< Of the environment.
};

Trust trust_of(const RunView& view);

/// "3 processes · sees differences from 1.2 % · 0.3 % of samples doubtful · 2 warnings"
std::string to_text(const Trust& trust);

/// Every leaf as ("cpu.model", "AMD EPYC"), in the order of the document.
std::vector<std::pair<std::string, std::string>> flat_environment(const codec::Node& environment);
/// The items of every list named `warnings`, at any depth, each once.
std::vector<std::string> warnings_in(const codec::Node& environment);

}  // namespace assay::report
