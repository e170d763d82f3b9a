// SPDX-License-Identifier: MIT
// report.md: the report for terminals and pull requests. Verdicts first, then how far to trust
// them, then figures by name, tables, what was found along the axes, the machine, and the commands.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "lab/report/run_view.h"

namespace assay::report {

Result<std::string> to_markdown(const std::vector<RunView>& views);

}  // namespace assay::report
