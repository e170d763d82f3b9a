// SPDX-License-Identifier: MIT
// What an experiment with the arms `semantic_blind` and `full_djinn` says in the words of the study
// that named them: its JSON for every workload, with the derived fields that it calculated, and the
// table of its analyzer. Formulas are the study's; where one means nothing, there is null and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/codec/node.h"
#include "lab/figure/table.h"
#include "lab/report/run_view.h"

namespace assay::report {

struct BaselineDocument {
  std::string stem;  ///< Of its file: the workload's name.
  codec::Node node;
};

/// One for every trial that has both arms; none for other experiments.
std::vector<BaselineDocument> baseline_documents(const RunView& view);
/// A row for every arm of those trials; without rows for other experiments.
figure::Table baselines_table(const RunView& view);

}  // namespace assay::report
