// SPDX-License-Identifier: MIT
// The tables of a run: those that the experiment asks for, and those that every report has (points
// with the command that repeats each, cliffs, periods, floors).
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "lab/figure/table.h"
#include "lab/report/run_view.h"

namespace assay::report {

/// For the Vocabulary: "cells", "ratios", "summary".
std::vector<std::string> table_kinds();

Result<figure::Table> table_of(const RunView& view, const spec::TableRequest& request);
/// Every requested table, in the order of the spec; behind them that of baselines.h, where there is
/// one.
Result<std::vector<figure::Table>> tables_of(const RunView& view);

figure::Table points_table(const RunView& view);
figure::Table cliffs_table(const RunView& view);
figure::Table periods_table(const RunView& view);
figure::Table floors_table(const RunView& view);

}  // namespace assay::report
