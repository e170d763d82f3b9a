// SPDX-License-Identifier: MIT
#include "lab/analysis/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/format.h"
#include "core/statistics/processes.h"
#include "core/statistics/significance.h"
#include "lab/analysis/floors.h"

namespace assay::analysis {
namespace {

namespace st = statistics;

using CellKey = std::pair<std::string, std::string>;  // Trial and arm.

std::map<CellKey, const CellFinding*> cells_by_key(const Findings& findings) {
  std::map<CellKey, const CellFinding*> cells;
  for (const CellFinding& cell : findings.cells) {
    if (cell.kind != sweep::TrialKind::kFloor) cells[{cell.trial_id, cell.arm}] = &cell;
  }
  return cells;
}

std::vector<std::string> missing_from(const std::map<CellKey, const CellFinding*>& other,
                                      const std::map<CellKey, const CellFinding*>& all) {
  std::vector<std::string> names;
  for (const auto& [key, cell] : all) {
    if (!other.contains(key)) names.push_back(format("{}, {}", key.first, key.second));
  }
  return names;
}

/// The smallest p-value that so many processes can give, were the groups as far apart as can be.
double smallest_p_value(const CellFinding& before, const CellFinding& after) {
  std::vector<double> low(before.process_logs.size(), 0);
  std::vector<double> high(after.process_logs.size(), 1);
  return st::permutation_p_value(low, high, 1);
}

Value ratio_of(const CellFinding& before, const CellFinding& after, double confidence) {
  const auto interval =
      st::difference_interval(before.process_logs, after.process_logs, confidence);
  if (!interval) return (after.time / before.time).weakened(State::kUndecided, "few processes");
  const double center = (interval->low + interval->high) / 2;
  const Interval bounds{std::exp(interval->low), std::exp(interval->high)};
  const Value ratio = Value::measured(std::exp(center), bounds);
  const Value& weaker = after.time.state() > before.time.state() ? after.time : before.time;
  return ratio.weakened(weaker.state(), weaker.reason());
}

bool is_simulated(const CellFinding& cell) {
  return cell.time.state() == State::kSimulated;
}

CellComparison compare_cells(const CellFinding& before, const CellFinding& after,
                             const CompareOptions& options) {
  CellComparison cell;
  cell.trial_id = before.trial_id;
  cell.arm = before.arm;
  cell.factors = before.factors;
  cell.before = before.time;
  cell.after = after.time;
  if (!before.time.has_number() || !after.time.has_number()) {
    cell.ratio = after.time / before.time;
    cell.because = format("{} then {}", to_text(before.time.state()), to_text(after.time.state()));
    return cell;
  }
  if (is_simulated(before) != is_simulated(after)) {
    cell.because = format("{} then {}: they are not compared", to_text(before.time.state()),
                          to_text(after.time.state()));
    cell.ratio = Value::missing(State::kNotMeasured, cell.because);
    return cell;
  }
  cell.ratio = ratio_of(before, after, options.confidence);
  cell.p_value = st::permutation_p_value(before.process_logs, after.process_logs, options.seed);
  return cell;
}

/// Same where the interval at twice the error lies within the margin.
bool is_same(const CellFinding& before, const CellFinding& after, double margin,
             double confidence) {
  const auto interval =
      st::difference_interval(before.process_logs, after.process_logs, 2 * confidence - 1);
  const double bound = std::log1p(margin);
  return interval && interval->low > -bound && interval->high < bound;
}

std::string undecided_because(const CellFinding& before, const CellFinding& after,
                              const CellComparison& cell, double alpha) {
  const double smallest = smallest_p_value(before, after);
  if (smallest > alpha) {
    return format("{} against {} processes cannot go below p = {:.2g}; 5 against 5 can",
                  before.processes, after.processes, smallest);
  }
  if (cell.p_value <= alpha) {
    return format("p = {:.2g} alone, {:.2g} among so many cells; or below the floor", cell.p_value,
                  cell.p_adjusted);
  }
  return format("p = {:.2g}, and too wide to be called the same", cell.p_value);
}

void judge(const CellFinding& before, const CellFinding& after, double floor,
           const CompareOptions& options, CellComparison& cell) {
  const double alpha = 1 - options.confidence;
  if (cell.ratio.state() > State::kMeasured && cell.ratio.state() != State::kUndecided) {
    cell.because = cell.ratio.reason();
    return;
  }
  const double margin = std::max(options.margin, floor);
  const bool is_large = std::abs(std::log(cell.ratio.number())) >= std::log1p(floor);
  if (is_same(before, after, margin, options.confidence)) {
    cell.verdict = st::Difference::kSame;
  } else if (cell.p_adjusted <= alpha && is_large) {
    const bool is_faster = cell.ratio.number() < 1;
    cell.verdict = is_faster ? st::Difference::kFaster : st::Difference::kSlower;
  } else {
    cell.because = undecided_because(before, after, cell, alpha);
  }
}

double floor_at(const std::vector<Floor>& floors, const std::string& cell_class) {
  const auto resolution = resolution_of(floors, cell_class);
  return resolution ? resolution->detectable : 0;
}

void adjust(std::vector<CellComparison>& cells) {
  std::vector<CellComparison*> asked;
  std::vector<double> p_values;
  for (CellComparison& cell : cells) {
    if (!cell.ratio.has_number()) continue;
    asked.push_back(&cell);
    p_values.push_back(cell.p_value);
  }
  const std::vector<double> adjusted = st::adjust_benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    asked[i]->p_adjusted = adjusted[i];
  }
}

}  // namespace

RunComparison compare_runs(const Findings& before, const Findings& after,
                           const CompareOptions& options) {
  RunComparison comparison;
  comparison.caveat =
      "The two runs were taken at different times: nothing is paired, and what changed may be the "
      "machine. An effect of a few per cent belongs into one run, with `compare:`.";
  comparison.floor =
      std::max(detectable_of(before.floors).value_or(0), detectable_of(after.floors).value_or(0));
  const auto old_cells = cells_by_key(before);
  const auto new_cells = cells_by_key(after);
  comparison.only_before = missing_from(new_cells, old_cells);
  comparison.only_after = missing_from(old_cells, new_cells);
  for (const CellFinding& cell : before.cells) {
    const auto found = new_cells.find({cell.trial_id, cell.arm});
    if (cell.kind == sweep::TrialKind::kFloor || found == new_cells.end()) continue;
    comparison.cells.push_back(compare_cells(cell, *found->second, options));
  }
  adjust(comparison.cells);
  for (CellComparison& cell : comparison.cells) {
    if (!cell.ratio.has_number()) continue;
    const CellKey key{cell.trial_id, cell.arm};
    const CellFinding& old_cell = *old_cells.at(key);
    const CellFinding& new_cell = *new_cells.at(key);
    const double floor = std::max(floor_at(before.floors, old_cell.cell_class),
                                  floor_at(after.floors, new_cell.cell_class));
    judge(old_cell, new_cell, floor, options, cell);
  }
  return comparison;
}

}  // namespace assay::analysis
