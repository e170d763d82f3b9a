// SPDX-License-Identifier: MIT
// The claims of several runs in one table: what a family of experiments says in all.
#pragma once

#include <string>
#include <vector>

#include "lab/figure/table.h"
#include "lab/report/run_view.h"

namespace assay::report {

/// A row for every claim; of a run that makes none, a row that says so.
figure::Table verdicts_table(const std::vector<RunView>& views, std::string id);

}  // namespace assay::report
