// SPDX-License-Identifier: MIT
#include "lab/analysis/analyse.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lab/analysis/axis_findings.h"
#include "lab/analysis/cells.h"
#include "lab/analysis/claims.h"
#include "lab/analysis/floors.h"
#include "lab/analysis/measured_trial.h"
#include "lab/analysis/ratios.h"

namespace assay::analysis {
namespace {

/// Without a measured floor a cliff or a period must still exceed what a quiet machine shows
/// between two buffers (research: 1 to 3 %).
constexpr double kFloorUnknown = 0.01;

std::vector<CellFinding> make_cells(const spec::Spec& spec,
                                    const std::vector<MeasuredTrial>& trials, double confidence) {
  std::vector<CellFinding> cells;
  for (const MeasuredTrial& trial : trials) {
    for (const MeasuredArm& arm : trial.arms) {
      cells.push_back(cell_of(spec, trial, arm, confidence));
    }
  }
  return cells;
}

std::vector<RatioFinding> make_ratios(const std::vector<MeasuredTrial>& trials, double confidence) {
  std::vector<RatioFinding> ratios;
  for (const MeasuredTrial& trial : trials) {
    std::ranges::move(ratios_of(trial, confidence), std::back_inserter(ratios));
  }
  adjust_p_values(ratios);
  return ratios;
}

}  // namespace

Findings analyse(const spec::Spec& spec, const std::vector<store::Record>& records,
                 const AnalysisOptions& options) {
  const std::vector<MeasuredTrial> trials = gather(spec, records);
  Findings findings;
  findings.cells = make_cells(spec, trials, options.confidence);
  findings.ratios = make_ratios(trials, options.confidence);
  findings.floors = floors_of(findings.cells, findings.ratios, options.known_floors);
  const std::optional<double> floor = detectable_of(findings.floors);
  find_on_axes(axis_lines(spec, findings.cells), floor.value_or(kFloorUnknown), options, findings);
  findings.claims = judge_claims(spec, trials, findings.floors);
  for (const MeasuredTrial& trial : trials) {
    count_statuses(trial, findings.status_counts);
  }
  return findings;
}

}  // namespace assay::analysis
