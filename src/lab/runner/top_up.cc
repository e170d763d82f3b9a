// SPDX-License-Identifier: MIT
#include "lab/runner/top_up.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/statistics/order_statistics.h"
#include "core/statistics/processes.h"

namespace assay::runner {
namespace {

constexpr double kConfidence = 0.95;  // Of the intervals that the report shows.

/// Ids of the trials that an undecided claim waits for.
std::set<std::string> wanted_ids(const analysis::Findings& findings) {
  std::set<std::string> ids;
  for (const analysis::ClaimFinding& claim : findings.claims) {
    if (!claim.processes_needed) continue;
    ids.insert(claim.trial_ids.begin(), claim.trial_ids.end());
  }
  return ids;
}

/// What the interval of a trial is over: of every pair the log-ratios, of a single arm the logs.
/// Empty where it has no number, or one of a virtual clock, which no process makes narrower.
struct Spread {
  std::vector<const std::vector<double>*> logs;
  bool is_hopeless = false;
};

std::map<std::string, Spread> spreads_of(const analysis::Findings& findings) {
  std::map<std::string, Spread> spreads;
  const auto add = [&](const std::string& id, const Value& value, const std::vector<double>& logs) {
    Spread& spread = spreads[id];
    const bool is_measured = value.has_number() && value.state() != State::kSimulated;
    spread.is_hopeless = spread.is_hopeless || !is_measured;
    if (is_measured) spread.logs.push_back(&logs);
  };
  for (const analysis::RatioFinding& ratio : findings.ratios) {
    add(ratio.trial_id, ratio.ratio, ratio.process_log_ratios);
  }
  std::map<std::string, int> arms;
  for (const analysis::CellFinding& cell : findings.cells) {
    ++arms[cell.trial_id];
  }
  for (const analysis::CellFinding& cell : findings.cells) {
    if (arms[cell.trial_id] == 1) add(cell.trial_id, cell.time, cell.process_logs);
  }
  return spreads;
}

bool is_narrow(std::span<const double> logs, double half_width) {
  const auto interval = statistics::process_interval(logs, kConfidence);
  return interval && (interval->high - interval->low) / 2 <= half_width;
}

/// Processes that the widest interval of the trial asks for; 0 where all are narrow enough.
std::int64_t needed_of(const Spread& spread, double half_width, std::int64_t most) {
  std::int64_t needed = 0;
  for (const std::vector<double>* logs : spread.logs) {
    if (is_narrow(*logs, half_width)) continue;
    const auto count = statistics::processes_needed(std::sqrt(statistics::variance(*logs)),
                                                    half_width, kConfidence);
    // An interval from ranks can be wider than Student's promised.
    needed = std::max({needed, count.value_or(most), std::ssize(*logs) + 1});
  }
  return needed;
}

std::map<std::uint64_t, Seconds> costs_of(std::span<const store::Record> records) {
  std::map<std::uint64_t, std::pair<Seconds, int>> sums;
  for (const store::Record& record : records) {
    auto& [sum, count] = sums[record.trial_key];
    sum += Seconds(record.duration);
    ++count;
  }
  std::map<std::uint64_t, Seconds> costs;
  for (const auto& [key, sum] : sums) {
    costs[key] = sum.first / static_cast<double>(sum.second);
  }
  return costs;
}

std::map<std::uint64_t, int> processes_of(std::span<const store::Record> records) {
  std::map<std::uint64_t, int> processes;
  for (const store::Record& record : records) {
    int& count = processes[record.trial_key];
    count = std::max(count, record.replicate + 1);
  }
  return processes;
}

}  // namespace

Seconds budget_left(std::span<const store::Record> records, const spec::RunPolicy& policy) {
  if (policy.budget == Nanoseconds(0)) return Seconds(std::numeric_limits<double>::infinity());
  Seconds left(policy.budget);
  for (const store::Record& record : records) {
    if (record.replicate >= policy.processes) left -= Seconds(record.duration);
  }
  return left;
}

WidthTopUps width_top_ups(const analysis::Findings& findings, std::span<const sweep::Trial> trials,
                          std::span<const store::Record> records, const spec::RunPolicy& policy) {
  WidthTopUps top_ups;
  if (!(policy.width_target > 0)) return top_ups;
  const double half_width = std::log1p(policy.width_target);
  const std::map<std::string, Spread> spreads = spreads_of(findings);
  const std::map<std::uint64_t, int> processes = processes_of(records);
  const std::map<std::uint64_t, Seconds> costs = costs_of(records);
  std::vector<std::pair<Seconds, store::TopUp>> wanted;
  for (const sweep::Trial& trial : trials) {
    const auto spread = spreads.find(trial.id);
    const std::uint64_t key = sweep::key_of(trial);
    const auto known = processes.find(key);
    if (spread == spreads.end() || spread->second.is_hopeless || known == processes.end()) continue;
    const std::int64_t count = known->second;
    const std::int64_t needed = needed_of(spread->second, half_width, policy.processes_max);
    if (needed == 0) continue;
    const std::int64_t next = std::min({needed, 2 * count, std::int64_t{policy.processes_max}});
    if (next <= count) {
      ++top_ups.at_limit;
      continue;
    }
    wanted.emplace_back(costs.at(key) * static_cast<double>(next - count),
                        store::TopUp{key, static_cast<int>(next)});
  }
  std::ranges::stable_sort(wanted, {}, &std::pair<Seconds, store::TopUp>::first);
  Seconds left = budget_left(records, policy);
  for (const auto& [cost, top_up] : wanted) {
    left -= cost;
    if (left < Seconds(0)) {
      ++top_ups.unaffordable;
    } else {
      top_ups.due.push_back(top_up);
    }
  }
  return top_ups;
}

std::vector<store::TopUp> top_ups_due(const analysis::Findings& findings,
                                      std::span<const sweep::Trial> trials,
                                      std::span<const store::Record> records,
                                      const spec::RunPolicy& policy) {
  const std::set<std::string> wanted = wanted_ids(findings);
  const std::map<std::uint64_t, int> processes = processes_of(records);
  std::vector<store::TopUp> due;
  if (budget_left(records, policy) <= Seconds(0)) return due;
  for (const sweep::Trial& trial : trials) {
    if (!wanted.contains(trial.id)) continue;
    const std::uint64_t key = sweep::key_of(trial);
    const auto known = processes.find(key);
    const int count = known == processes.end() ? policy.processes : known->second;
    const int next = std::min(2 * count, policy.processes_max);
    if (next > count) due.push_back({key, next});
  }
  return due;
}

}  // namespace assay::runner
