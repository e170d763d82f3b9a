// SPDX-License-Identifier: MIT
#include "lab/report/trust.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/codec/json.h"
#include "core/format.h"
#include "lab/figure/reading.h"

namespace assay::report {
namespace {

using codec::Node;

Value largest_floor(const std::vector<analysis::Floor>& floors) {
  Value largest = Value::missing(State::kNotMeasured, "no A/A trial was run");
  for (const analysis::Floor& floor : floors) {
    if (!floor.ratio.has_number()) continue;
    const bool is_larger = !largest.has_number() || floor.detectable > largest.number();
    if (!is_larger) continue;
    largest = Value::of(floor.ratio.state(), floor.detectable, floor.ratio.reason());
  }
  return largest;
}

std::vector<std::pair<std::string, int>> counted(const std::map<std::string, int>& counts) {
  std::vector<std::pair<std::string, int>> doubts(counts.begin(), counts.end());
  std::ranges::stable_sort(doubts, std::ranges::greater(), &std::pair<std::string, int>::second);
  return doubts;
}

std::string leaf_text(const Node& node) {
  return node.is_scalar() ? codec::to_text(node.scalar()) : codec::to_json(node);
}

bool holds_only_leaves(const Node& list) {
  return std::ranges::all_of(list.items(), [](const Node& item) { return item.is_scalar(); });
}

std::string joined(const Node& list) {
  std::string text;
  for (const Node& item : list.items())
    text += (text.empty() ? "" : ", ") + leaf_text(item);
  return text;
}

void flatten(const Node& node, const std::string& path,
             std::vector<std::pair<std::string, std::string>>& leaves) {
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.is_map()) {
    for (const auto& [key, value] : node.entries())
      flatten(value, prefix + key, leaves);
  } else if (node.is_list() && !holds_only_leaves(node)) {
    int index = 0;
    for (const Node& item : node.items())
      flatten(item, format("{}{}", prefix, index++), leaves);
  } else {
    leaves.emplace_back(path, node.is_list() ? joined(node) : leaf_text(node));
  }
}

void collect_warnings(const Node& node, std::vector<std::string>& warnings) {
  if (node.is_list()) {
    for (const Node& item : node.items())
      collect_warnings(item, warnings);
  }
  if (!node.is_map()) return;
  for (const auto& [key, value] : node.entries()) {
    if (key != "warnings" || !value.is_list()) {
      collect_warnings(value, warnings);
      continue;
    }
    for (const Node& item : value.items()) {
      const std::string text = leaf_text(item);
      if (std::ranges::find(warnings, text) == warnings.end()) warnings.push_back(text);
    }
  }
}

std::string plural(std::int64_t count, std::string_view word) {
  const bool is_one = count == 1;
  const std::string_view ending = word.ends_with("ss") ? "es" : "s";
  return format("{} {}{}", count, word, is_one ? "" : ending);
}

std::string processes_text(const Trust& trust) {
  if (trust.processes_min == trust.processes_max) return plural(trust.processes_min, "process");
  return format("{} to {} processes", trust.processes_min, trust.processes_max);
}

/// "process 3: drift: 4 %" -> "drift": what is the same doubt in other processes and amounts.
std::string kind_of(const std::string& doubt) {
  const std::size_t begin = doubt.starts_with("process ") ? doubt.find(": ") : std::string::npos;
  const std::string sentence = begin == std::string::npos ? doubt : doubt.substr(begin + 2);
  return sentence.substr(0, sentence.find(':'));
}

}  // namespace

Trust trust_of(const RunView& view) {
  Trust trust;
  std::map<std::string, int> doubts;
  bool is_first = true;
  for (const analysis::CellFinding& cell : view.findings.cells) {
    trust.samples += cell.samples;
    trust.doubtful_samples += cell.doubtful_samples;
    if (cell.processes == 0) continue;  // Nothing was measured; its state says why.
    std::set<std::string> kinds;
    for (const std::string& doubt : cell.doubts)
      kinds.insert(kind_of(doubt));
    for (const std::string& kind : kinds)
      ++doubts[kind];
    trust.processes_min = is_first ? cell.processes : std::min(trust.processes_min, cell.processes);
    trust.processes_max = std::max(trust.processes_max, cell.processes);
    is_first = false;
  }
  trust.detectable = largest_floor(view.findings.floors);
  trust.doubts = counted(doubts);
  trust.warnings = warnings_in(view.environment);
  return trust;
}

std::string to_text(const Trust& trust) {
  std::string text = processes_text(trust);
  text += trust.detectable.has_number()
              ? format(" · sees differences from {:.2g} %", 100 * trust.detectable.number())
              : " · its noise floor was not measured";
  if (trust.samples > 0) {
    const double share =
        static_cast<double>(trust.doubtful_samples) / static_cast<double>(trust.samples);
    text += format(" · {:.2g} % of samples doubtful", 100 * share);
  }
  return text + " · " + plural(std::ssize(trust.warnings), "warning");
}

std::vector<std::pair<std::string, std::string>> flat_environment(const Node& environment) {
  std::vector<std::pair<std::string, std::string>> leaves;
  if (environment.is_null()) return leaves;
  flatten(environment, "", leaves);
  return leaves;
}

std::vector<std::string> warnings_in(const Node& environment) {
  std::vector<std::string> warnings;
  collect_warnings(environment, warnings);
  return warnings;
}

}  // namespace assay::report
