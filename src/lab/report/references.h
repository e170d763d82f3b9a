// SPDX-License-Identifier: MIT
// Numbers in prose come from claims: `{{claim:flash_beats_math.value}}` in a Markdown or LaTeX text
// is replaced by what was measured, so that text and data cannot drift apart. The fields are value
// (with its interval), verdict, bound and because.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "lab/analysis/findings.h"

namespace assay::report {

/// The text with every reference filled in. An unknown claim or field, or a reference that is not
/// closed, is an error that says the line and the nearest known name.
Result<std::string> fill_references(std::string_view text,
                                    const std::vector<analysis::ClaimFinding>& claims);

/// Lines on which a literal number stands beside a reference: "12: {{claim:x.value}} is 1.5".
std::vector<std::string> literals_beside_references(std::string_view text);

}  // namespace assay::report
