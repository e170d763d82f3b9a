// SPDX-License-Identifier: MIT
// Writes the report of one or more runs and says where it is and what could not be drawn.
#pragma once

#include <filesystem>
#include <vector>

#include "core/result.h"
#include "lab/report/run_view.h"

namespace assay::cli {

Result<void> write_report_files(const std::vector<report::RunView>& views,
                                const std::filesystem::path& folder);

}  // namespace assay::cli
