// SPDX-License-Identifier: MIT
#include "lab/report/verdicts.h"

#include <utility>

namespace assay::report {

using codec::Scalar;

figure::Table verdicts_table(const std::vector<RunView>& views, std::string id) {
  figure::Table table{.id = std::move(id),
                      .title = "Verdicts",
                      .columns = {{"experiment", "", ""},
                                  {"says", "claim", ""},
                                  {"verdict", "", ""},
                                  {"value", "seen", ""},
                                  {"bound", "", ""},
                                  {"because", "", ""}},
                      .rows = {},
                      .notes = {}};
  for (const RunView& view : views) {
    const Scalar name(view.spec.name);
    for (const analysis::ClaimFinding& claim : view.findings.claims) {
      table.rows.push_back({name, Scalar(claim.says), Scalar(std::string(to_text(claim.verdict))),
                            claim.value, Scalar(claim.bound), Scalar(claim.because)});
    }
    if (!view.findings.claims.empty()) continue;
    table.rows.push_back(
        {name, Scalar(std::string("makes no claim")), Scalar(), Scalar(), Scalar(), Scalar()});
  }
  return table;
}

}  // namespace assay::report
