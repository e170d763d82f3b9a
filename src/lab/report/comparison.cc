// SPDX-License-Identifier: MIT
#include "lab/report/comparison.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/format.h"

namespace assay::report {
namespace {

using statistics::Difference;

/// Changed cells first, then the undecided, then the same.
int rank(const analysis::CellComparison& cell) {
  switch (cell.verdict) {
    case Difference::kSlower:
      return 0;
    case Difference::kFaster:
      return 1;
    case Difference::kUndecided:
      return 2;
    case Difference::kSame:
      return 3;
  }
  return 4;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : "; ") + name;
  }
  return text;
}

}  // namespace

figure::Table comparison_table(const analysis::RunComparison& comparison) {
  figure::Table table{.id = "comparison",
                      .title = "Cell by cell, the changed ones first",
                      .columns = {{"trial", "", ""},
                                  {"arm", "", ""},
                                  {"before", "", "ns"},
                                  {"after", "", "ns"},
                                  {"ratio", "after / before", "ratio"},
                                  {"verdict", "", ""},
                                  {"p_adjusted", "p (adjusted)", ""},
                                  {"because", "", ""}},
                      .rows = {},
                      .notes = {}};
  std::vector<analysis::CellComparison> cells = comparison.cells;
  std::ranges::stable_sort(cells, {}, rank);
  for (const analysis::CellComparison& cell : cells) {
    table.rows.push_back({codec::Scalar(cell.trial_id), codec::Scalar(cell.arm), cell.before,
                          cell.after, cell.ratio, codec::Scalar(std::string(to_text(cell.verdict))),
                          codec::Scalar(cell.p_adjusted), codec::Scalar(cell.because)});
  }
  if (!comparison.only_before.empty()) {
    table.notes.push_back("only in the first run: " + list_of(comparison.only_before));
  }
  if (!comparison.only_after.empty()) {
    table.notes.push_back("only in the second run: " + list_of(comparison.only_after));
  }
  return table;
}

}  // namespace assay::report
