// SPDX-License-Identifier: MIT
// Predictions as tables: a line for each machine and batch, each class of kernels, each kernel; and
// which machines are faster, where that can be said.
#pragma once

#include <string>
#include <vector>

#include "lab/figure/table.h"
#include "oracle/model/estimator.h"

namespace assay::cli {

struct EstimatedCase {
  std::string hardware;
  std::int64_t batch = 1;
  oracle::Estimate estimate;
};

/// Ranges for all; a likely value only where the machine was measured.
figure::Table totals_table(const std::vector<EstimatedCase>& cases);
/// Classes of kernels, the longest first.
figure::Table stages_table(const oracle::Estimate& estimate);
/// In the order of the plan.
figure::Table kernels_table(const oracle::Estimate& estimate);

/// For each batch: who is faster than whom. Machines whose ranges overlap are undecided.
std::vector<std::string> compare_machines(const std::vector<EstimatedCase>& cases);

}  // namespace assay::cli
