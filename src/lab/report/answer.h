// SPDX-License-Identifier: MIT
// The answer to an experiment's question in a sentence: every claim with its verdict and the
// evidence that decided, the decided ones first.
#pragma once

#include <string>

#include "lab/report/run_view.h"

namespace assay::report {

/// "It is refuted that “...” (0.41 ± 0.01 against < 0.9), and undecided whether “...” (...)."
/// Without claims it says where else to look.
std::string answer_of(const RunView& view);

/// "0.861 ± 0.012", "12.3 ± 0.4 ms", or the state where there is no number.
std::string seen_text(const analysis::ClaimFinding& claim);

}  // namespace assay::report
