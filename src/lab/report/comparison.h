// SPDX-License-Identifier: MIT
// The table of `assay compare A B`: cell by cell, the changed ones first.
#pragma once

#include "lab/analysis/compare.h"
#include "lab/figure/table.h"

namespace assay::report {

figure::Table comparison_table(const analysis::RunComparison& comparison);

}  // namespace assay::report
