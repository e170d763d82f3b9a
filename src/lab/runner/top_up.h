// SPDX-License-Identifier: MIT
// Where more processes would answer a question: trials whose interval is too wide, and the trials
// of claims that are undecided for want of data. A look at a verdict is due only at doubling
// counts, and analysis spends a part of the error at each (statistics::alpha_of_look), so that
// looking again finds nothing by luck.
#pragma once

#include <span>
#include <vector>

#include "core/units.h"
#include "lab/analysis/findings.h"
#include "lab/spec/spec.h"
#include "lab/store/record.h"
#include "lab/store/resume.h"
#include "lab/sweep/trial.h"

namespace assay::runner {

/// What may still be spent on processes beyond run.processes: run.budget less what records of them
/// took; endless where there is no budget.
Seconds budget_left(std::span<const store::Record> records, const spec::RunPolicy& policy);

/// Trials whose interval is wider than run.width_target, with as many processes as their spread
/// asks for: never more than twice as many as there are, since that spread is itself a guess, and
/// up to run.processes_max. The cheapest come first, as far as the budget reaches. What is looked
/// at is a width, never a difference, so that no verdict is favoured.
struct WidthTopUps {
  std::vector<store::TopUp> due;
  int unaffordable = 0;  ///< Trials that are too wide for what is left of the budget.
  int at_limit = 0;      ///< That are too wide with run.processes_max.
};
WidthTopUps width_top_ups(const analysis::Findings& findings, std::span<const sweep::Trial> trials,
                          std::span<const store::Record> records, const spec::RunPolicy& policy);

/// Twice the processes that a trial has, up to run.processes_max; empty where nothing is undecided,
/// or more would not help.
std::vector<store::TopUp> top_ups_due(const analysis::Findings& findings,
                                      std::span<const sweep::Trial> trials,
                                      std::span<const store::Record> records,
                                      const spec::RunPolicy& policy);

}  // namespace assay::runner
