// SPDX-License-Identifier: MIT
// The label of a cell, as `results:` of an experiment writes it: "cpu0_vit32x12x768_batch1" says in
// a word what a row of factors says in a line.
#pragma once

#include <string>

#include "core/result.h"
#include "lab/spec/spec.h"

namespace assay::spec {

/// The label's text with every {factor} filled in, and the suffixes whose condition holds, in their
/// order. `names`: the factors of a cell and its `arm`. An error where a condition cannot be
/// evaluated. Checked: the request has a label.
Result<std::string> label_of(const ResultsRequest& request, const Factors& names);

}  // namespace assay::spec
