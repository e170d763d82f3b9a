// SPDX-License-Identifier: MIT
// A run of workload `model` as the rows of a sweep's CSV.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/runs.h"
#include "oracle/calibrate/machine_model.h"
#include "oracle/calibrate/sweep_row.h"

namespace assay::cli {

struct SweptRows {
  std::vector<calibrate::SweepRow> rows;
  std::vector<std::string> left_out;  ///< Cells without a time, and why.
};

/// An error where the run is of another workload.
Result<SweptRows> rows_of(const LoadedRun& run);

/// Fills in dims and what the model predicts with these values.
Result<void> foretell(const calibrate::MachineModel& model, std::span<const double> values,
                      std::vector<calibrate::SweepRow>& rows);

/// Rows of a CSV, or of a run by its id, folder or name, or `latest`.
Result<SweptRows> read_rows(const std::string& input, const std::filesystem::path& results,
                            const spec::Vocabulary& vocabulary);

}  // namespace assay::cli
