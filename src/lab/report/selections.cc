// SPDX-License-Identifier: MIT
#include "lab/report/selections.h"

#include <algorithm>
#include <cstdint>

#include "lab/analysis/analyse.h"
#include "lab/report/figures.h"
#include "lab/report/run_view.h"
#include "lab/report/tables.h"

namespace assay::report {
namespace {

Error selects_nothing(const spec::Expression& where, std::string_view section,
                      const std::string& id) {
  return where.error(
      format("`{}` selects none of the planned trials; widen it or the axes, or leave {} out "
             "(~{}.{}, or `{}: {{{}: null}}` in its scale)",
             where.text(), id, section, id, section, id));
}

/// How many cells of its arm a claim on a value asks about.
Result<std::int64_t> count_cells(const spec::Claim& claim, const analysis::Findings& planned) {
  std::int64_t selected = 0;
  for (const analysis::CellFinding& cell : planned.cells) {
    if (cell.kind != sweep::TrialKind::kCell || cell.arm != claim.base) continue;
    ASSAY_TRY(const bool is_selected, claim.where.matches(cell.factors));
    selected += is_selected ? 1 : 0;
  }
  return selected;
}

Result<std::int64_t> count_ratios(const spec::Claim& claim, const analysis::Findings& planned) {
  const auto kind = claim.comparison.empty() ? sweep::TrialKind::kCell : sweep::TrialKind::kCompare;
  std::int64_t selected = 0;
  for (const analysis::RatioFinding& ratio : planned.ratios) {
    if (ratio.kind != kind || ratio.comparison != claim.comparison) continue;
    ASSAY_TRY(const bool is_selected, claim.where.matches(ratio.factors));
    selected += is_selected ? 1 : 0;
  }
  return selected;
}

Result<void> check_claim(const spec::Claim& claim, const analysis::Findings& planned) {
  ASSAY_TRY(const std::int64_t selected,
            claim.is_of_value ? count_cells(claim, planned) : count_ratios(claim, planned));
  if (selected > 0) return {};
  return selects_nothing(claim.where, "claims", claim.id);
}

bool has_conditions(const spec::Spec& spec) {
  const auto is_asked = [](const auto& request) { return !request.where.empty(); };
  return std::ranges::any_of(spec.claims, is_asked) ||
         std::ranges::any_of(spec.figures, is_asked) || std::ranges::any_of(spec.tables, is_asked);
}

}  // namespace

Result<void> check_selections(const spec::Spec& spec) {
  if (!has_conditions(spec)) return {};
  // A run without records has the findings of every planned trial, and no numbers in them.
  const analysis::Findings planned = analysis::analyse(spec, {}, {});
  const RunView view{spec, planned, {}, {}, {}};
  for (const spec::Claim& claim : spec.claims) {
    if (claim.where.empty()) continue;
    ASSAY_TRY_VOID(check_claim(claim, planned));
  }
  for (const spec::FigureRequest& request : spec.figures) {
    if (request.where.empty()) continue;
    ASSAY_TRY(const figure::Figure figure, figure_of(view, request));
    if (figure.table.rows.empty()) return selects_nothing(request.where, "figures", request.id);
  }
  for (const spec::TableRequest& request : spec.tables) {
    if (request.where.empty()) continue;
    ASSAY_TRY(const figure::Table table, table_of(view, request));
    if (table.rows.empty()) return selects_nothing(request.where, "tables", request.id);
  }
  return {};
}

}  // namespace assay::report
