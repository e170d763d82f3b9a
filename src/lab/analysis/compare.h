// SPDX-License-Identifier: MIT
// Two runs side by side, for `assay compare A B`. They were taken at different times, so nothing is
// paired: a cell is compared by its process-level medians alone, by permutation, and the machine
// may have changed in between. What must be believed to a per cent belongs into one run
// (`compare:`).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/statistics/verdict.h"
#include "core/value.h"
#include "lab/analysis/findings.h"

namespace assay::analysis {

struct CompareOptions {
  double confidence = 0.95;
  double margin = 0.01;  ///< What counts as the same; the floors of both runs may widen it.
  std::uint64_t seed = 1;
};

/// One arm of one trial that both runs have.
struct CellComparison {
  std::string trial_id;
  std::string arm;
  spec::Factors factors;
  Value before;  ///< Time in ns.
  Value after;
  Value ratio;  ///< after / before
  statistics::Difference verdict = statistics::Difference::kUndecided;
  double p_value = 1;
  double p_adjusted = 1;  ///< Benjamini-Hochberg over the cells.
  std::string because;    ///< Why undecided, and what it would take.
};

struct RunComparison {
  std::string caveat;  ///< One sentence that belongs above every table of this.
  double floor = 0;    ///< The larger of the runs' detectable differences; 0: neither measured one.
  std::vector<CellComparison> cells;
  std::vector<std::string> only_before;  ///< "trial, arm" that the other run lacks.
  std::vector<std::string> only_after;
};

RunComparison compare_runs(const Findings& before, const Findings& after,
                           const CompareOptions& options);

}  // namespace assay::analysis
