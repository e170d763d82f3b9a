// SPDX-License-Identifier: MIT
// Findings as a document: what summary.json holds. A Value is {value, low, high, state, reason};
// where there is no number there is null, never 0.
#pragma once

#include "core/codec/node.h"
#include "lab/analysis/findings.h"

namespace assay::analysis {

inline constexpr std::string_view kFindingsSchema = "assay.findings/1";

codec::Node to_node(const Findings& findings);
codec::Node to_node(const Value& value);

}  // namespace assay::analysis
