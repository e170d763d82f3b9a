// SPDX-License-Identifier: MIT
#include "lab/runner/class_floors.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/statistics/order_statistics.h"
#include "lab/analysis/floors.h"
#include "lab/sweep/expand.h"

namespace assay::runner {
namespace {

/// An arm that could be measured against itself.
struct Candidate {
  double off_middle = 0;  ///< From the middle of its class, in decades.
  std::size_t trial = 0;
  std::size_t arm = 0;
  auto operator<=>(const Candidate&) const = default;
};

/// Nanoseconds of a call; 0 where nothing was measured on the machine's clock.
double time_of(const store::ArmRecord& arm) {
  const measure::ArmSeries& series = arm.series;
  const bool is_measured = arm.status == store::Status::kOk && series.simulated_by.empty();
  if (!is_measured || series.samples.empty()) return 0;
  std::vector<double> times;
  for (const Nanoseconds sample : series.samples) {
    times.push_back(static_cast<double>(sample.count()));
  }
  return statistics::median(times) / static_cast<double>(std::max<std::int64_t>(1, series.batch));
}

double off_middle_of(double nanoseconds) {
  const double decades = std::log10(std::max(nanoseconds, 1.0));
  return std::abs(decades - std::floor(decades) - 0.5);
}

/// The latest record of every trial in the first process, by the trial's place.
std::map<std::size_t, const store::Record*> first_records(const std::vector<std::uint64_t>& keys,
                                                          std::span<const store::Record> records) {
  std::unordered_map<std::uint64_t, std::size_t> places;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    places.try_emplace(keys[i], i);
  }
  std::map<std::size_t, const store::Record*> first;
  for (const store::Record& record : records) {
    const auto place = places.find(record.trial_key);
    if (record.replicate == 0 && place != places.end()) first[place->second] = &record;
  }
  return first;
}

}  // namespace

std::vector<ClassFloor> class_floors(const spec::Spec& spec, std::span<const sweep::Trial> trials,
                                     std::span<const store::Record> records) {
  if (spec.run.floor_trials == 0) return {};
  std::vector<std::uint64_t> keys;
  for (const sweep::Trial& trial : trials) {
    keys.push_back(sweep::key_of(trial));
  }
  std::set<std::string> covered;
  std::map<std::string, std::vector<Candidate>> candidates;
  for (const auto& [place, record] : first_records(keys, records)) {
    for (const store::ArmRecord& arm : record->arms) {
      const double time = time_of(arm);
      if (!(time > 0)) continue;
      const std::string cell_class = analysis::class_of_cell(spec.workload, time);
      const auto found = std::ranges::find(trials[place].arms, arm.name, &sweep::TrialArm::name);
      if (record->kind == sweep::TrialKind::kFloor) covered.insert(cell_class);
      if (record->kind == sweep::TrialKind::kFloor || found == trials[place].arms.end()) continue;
      const auto index = static_cast<std::size_t>(found - trials[place].arms.begin());
      candidates[cell_class].push_back({off_middle_of(time), place, index});
    }
  }
  std::set<std::uint64_t> taken(keys.begin(), keys.end());
  std::vector<ClassFloor> floors;
  for (auto& [cell_class, arms] : candidates) {
    if (covered.contains(cell_class)) continue;
    std::ranges::sort(arms);
    for (const Candidate& arm : arms) {
      sweep::Trial floor = sweep::floor_trial(spec, trials[arm.trial], arm.arm);
      // One at the edge of a class may be planned already, and have fallen into the next.
      if (!taken.insert(sweep::key_of(floor)).second) continue;
      floors.push_back({std::move(floor), cell_class});
      break;
    }
  }
  return floors;
}

}  // namespace assay::runner
