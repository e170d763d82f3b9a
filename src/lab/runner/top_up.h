// SPDX-License-Identifier: MIT
// Where more processes would answer a question: the trials of claims that are undecided for want of
// data. A look at a verdict is due only at doubling counts, and analysis spends a part of the error
// at each (statistics::alpha_of_look), so that looking again finds nothing by luck.
#pragma once

#include <span>
#include <vector>

#include "lab/analysis/findings.h"
#include "lab/spec/spec.h"
#include "lab/store/record.h"
#include "lab/store/resume.h"
#include "lab/sweep/trial.h"

namespace assay::runner {

/// Twice the processes that a trial has, up to run.processes_max; empty where nothing is undecided,
/// or more would not help.
std::vector<store::TopUp> top_ups_due(const analysis::Findings& findings,
                                      std::span<const sweep::Trial> trials,
                                      std::span<const store::Record> records,
                                      const spec::RunPolicy& policy);

}  // namespace assay::runner
