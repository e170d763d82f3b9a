// SPDX-License-Identifier: MIT
#include "lab/analysis/axis_findings.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

#include "core/format.h"
#include "core/statistics/change_points.h"
#include "core/statistics/periods.h"
#include "core/statistics/processes.h"

namespace assay::analysis {
namespace {

namespace st = statistics;

/// On either side of a step: what statistics::step_at looks at.
constexpr std::size_t kNeighbours = 8;

std::optional<double> number_of(const spec::Factors& factors, std::string_view name) {
  const codec::Scalar* scalar = factors.find(name);
  if (scalar == nullptr) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(scalar)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(scalar)) return *real;
  return std::nullopt;
}

spec::Factors series_of(const CellFinding& cell, const spec::Axis& axis) {
  spec::Factors series;
  for (const auto& [name, value] : cell.factors.entries()) {
    if (std::ranges::find(axis.names, name) == axis.names.end()) series.set(name, value);
  }
  series.set("arm", cell.arm);
  return series;
}

/// Log of work per call, from the two times of the cell; none where no work is counted.
std::optional<double> log_work(const CellFinding& cell) {
  if (!cell.time_per_work.has_number()) return std::nullopt;
  return std::log(cell.time.number() / cell.time_per_work.number());
}

bool is_usable(const CellFinding& cell, std::string_view axis) {
  return cell.kind == sweep::TrialKind::kCell && cell.time.has_number() &&
         cell.time.state() != State::kSimulated && cell.processes >= st::kProcessesMin &&
         number_of(cell.factors, axis).value_or(0) > 0;
}

void complete(AxisLine& line) {
  std::ranges::sort(line.cells, {}, [&](const CellFinding* cell) {
    return number_of(cell->factors, line.axis).value_or(0);
  });
  const auto same_place = [&](const CellFinding* a, const CellFinding* b) {
    return number_of(a->factors, line.axis) == number_of(b->factors, line.axis);
  };
  // Zipped axes may repeat a value of one of their names; then x does not name one point.
  const auto repeated = std::ranges::unique(line.cells, same_place);
  line.cells.erase(repeated.begin(), repeated.end());
  line.is_per_work = std::ranges::all_of(
      line.cells, [](const CellFinding* cell) { return log_work(*cell).has_value(); });
  for (const CellFinding* cell : line.cells) {
    line.x.push_back(*number_of(cell->factors, line.axis));
    const double work = line.is_per_work ? *log_work(*cell) : 0;
    line.y.push_back(st::process_center(cell->process_logs) - work);
  }
}

/// "kernel changed: sgemm_16 -> sgemm_8, tile changed: 64 -> 32", or nothing.
std::string dispatch_change(const spec::Factors& before, const spec::Factors& after) {
  std::string text;
  for (const auto& [name, value] : after.entries()) {
    const codec::Scalar* old = before.find(name);
    if (old == nullptr || *old == value) continue;
    if (!text.empty()) text += ", ";
    text += format("{} changed: {} -> {}", name, codec::to_text(*old), codec::to_text(value));
  }
  return text;
}

/// The step as every process sees it, from the points around it; a cell whose processes are fewer
/// than its neighbours' ends the count at the fewest.
std::vector<double> steps_in_processes(const AxisLine& line, std::span<const double> correction,
                                       std::size_t index) {
  const std::size_t first = index - std::min(index, kNeighbours);
  const std::size_t last = std::min(line.cells.size(), index + kNeighbours);
  std::size_t processes = line.cells[first]->process_logs.size();
  for (std::size_t i = first; i < last; ++i) {
    processes = std::min(processes, line.cells[i]->process_logs.size());
  }
  const std::span<const double> x = std::span(line.x).subspan(first, last - first);
  std::vector<double> steps;
  for (std::size_t process = 0; process < processes; ++process) {
    std::vector<double> y;
    for (std::size_t i = first; i < last; ++i) {
      y.push_back(line.cells[i]->process_logs[process] + correction[i]);
    }
    if (const auto step = st::step_at({x, y}, index - first)) steps.push_back(*step);
  }
  return steps;
}

/// The processes agree on the direction: their interval excludes no step.
bool is_seen_by_processes(const AxisLine& line, std::span<const double> correction,
                          const st::ChangePoint& change) {
  const std::vector<double> steps = steps_in_processes(line, correction, change.index);
  const auto interval = st::process_interval(steps, 0.95);
  return interval && (change.step > 0 ? interval->low > 0 : interval->high < 0);
}

std::vector<st::PeriodEffect> find_periods(const AxisLine& line, double floor,
                                           const st::SearchPlan& plan) {
  const bool is_integer = std::ranges::all_of(line.x, [](double x) { return x == std::floor(x); });
  if (!is_integer) return {};
  std::vector<st::PeriodEffect> periods = st::find_periods({line.x, line.y}, plan);
  std::erase_if(periods, [&](const st::PeriodEffect& period) {
    return std::abs(period.effect) < std::log1p(floor);
  });
  return periods;
}

void find_cliffs(const AxisLine& line, std::span<const double> level, double floor,
                 const st::SearchPlan& plan, Findings& findings) {
  std::vector<double> correction;  // What turns a process's log time into its level.
  for (std::size_t i = 0; i < level.size(); ++i) {
    correction.push_back(level[i] - st::process_center(line.cells[i]->process_logs));
  }
  for (const st::ChangePoint& change : st::find_change_points({line.x, level}, plan)) {
    const bool is_large = std::abs(change.step) >= std::log1p(floor);
    if (!is_large || !is_seen_by_processes(line, correction, change)) continue;
    findings.cliffs.push_back({.axis = line.axis,
                               .series = line.series,
                               .before = line.x[change.index - 1],
                               .after = line.x[change.index],
                               .ratio = std::exp(change.step),
                               .p_value = change.p_value,
                               .dispatch = dispatch_change(line.cells[change.index - 1]->mechanism,
                                                           line.cells[change.index]->mechanism)});
  }
}

}  // namespace

std::vector<AxisLine> axis_lines(const spec::Spec& spec, const std::vector<CellFinding>& cells) {
  std::vector<AxisLine> lines;
  for (const spec::Axis& axis : spec.axes) {
    for (const std::string& name : axis.names) {
      std::map<std::uint64_t, AxisLine> by_series;
      std::vector<std::uint64_t> order;
      for (const CellFinding& cell : cells) {
        if (!is_usable(cell, name)) continue;
        spec::Factors series = series_of(cell, axis);
        const std::uint64_t key = hash_of(series);
        AxisLine& line = by_series[key];
        if (line.cells.empty()) {
          order.push_back(key);
          line.axis = name;
          line.series = std::move(series);
        }
        line.cells.push_back(&cell);
      }
      for (const std::uint64_t key : order) {
        AxisLine& line = by_series[key];
        complete(line);
        if (std::ssize(line.cells) >= st::kSeriesPointsMin) lines.push_back(std::move(line));
      }
    }
  }
  return lines;
}

void find_on_axes(const std::vector<AxisLine>& lines, double floor, const AnalysisOptions& options,
                  Findings& findings) {
  if (lines.empty()) return;
  // One error for the run: every line gets its share of it, as far as the permutations can tell.
  const double smallest = 1 / static_cast<double>(options.permutations + 1);
  st::SearchPlan plan{.permutations = options.permutations, .seed = options.seed};
  plan.alpha = std::max(plan.alpha / static_cast<double>(lines.size()), smallest);
  for (const AxisLine& line : lines) {
    const std::vector<st::PeriodEffect> periods = find_periods(line, floor, plan);
    for (const st::PeriodEffect& period : periods) {
      findings.periods.push_back(
          {line.axis, line.series, period.modulus, std::exp(period.effect), period.p_value});
    }
    find_cliffs(line, st::without_periods({line.x, line.y}, periods), floor, plan, findings);
  }
}

}  // namespace assay::analysis
