// SPDX-License-Identifier: MIT
// From the records of a run to everything that may be said about it.
//
//   Findings findings = analyse(spec, records, {});
#pragma once

#include <cstdint>
#include <vector>

#include "lab/analysis/findings.h"
#include "lab/spec/spec.h"
#include "lab/store/known_floors.h"
#include "lab/store/record.h"

namespace assay::analysis {

struct AnalysisOptions {
  double confidence = 0.95;         ///< Of the intervals; every claim brings its own.
  std::int64_t permutations = 999;  ///< Of the searches for cliffs and periods.
  std::uint64_t seed = 1;           ///< Of the permutations: the same records, the same findings.
  std::vector<store::KnownFloor> known_floors = {};  ///< Of earlier runs on the same machine.
};

/// `records` in the order they were made: of a trial and replicate the latest counts. Trials of the
/// spec that have no record appear as `not_measured`.
Findings analyse(const spec::Spec& spec, const std::vector<store::Record>& records,
                 const AnalysisOptions& options);

}  // namespace assay::analysis
