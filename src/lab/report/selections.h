// SPDX-License-Identifier: MIT
// The conditions of claims, figures and tables, asked before anything is measured: what a report
// will ask of the records is asked of the planned trials first, so that a condition that can never
// be answered costs no night of measuring.
#pragma once

#include "core/result.h"
#include "lab/spec/spec.h"

namespace assay::report {

/// An error, with the condition's place in its file, for the first `where` that cannot be evaluated
/// at a planned trial or that selects none of them.
Result<void> check_selections(const spec::Spec& spec);

}  // namespace assay::report
