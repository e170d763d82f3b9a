// SPDX-License-Identifier: MIT
// report.html: one file with everything in it, for one run or for a family of runs. The data lies
// in it as JSON, the script from web/ draws it; a content policy lets that script run and nothing
// else load or connect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "lab/report/run_view.h"

namespace assay::report {

/// What the page shows of a run; web/src/data.ts describes the same fields.
Result<codec::Node> page_data(const RunView& view);

Result<std::string> to_page(const std::vector<RunView>& views);

/// JSON in which nothing can end the <script> element it stands in.
std::string escape_for_script(std::string_view json);
std::string escape_html(std::string_view text);

}  // namespace assay::report
