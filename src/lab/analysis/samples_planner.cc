// SPDX-License-Identifier: MIT
#include "lab/analysis/samples_planner.h"

#include <algorithm>
#include <cmath>

#include "core/format.h"
#include "core/statistics/order_statistics.h"

namespace assay::analysis {
namespace {

namespace st = statistics;

/// A clock too coarse for the work can show no time at all; its logarithm must stay finite.
double log_time(Nanoseconds time) {
  return std::log(std::max(1e-6, static_cast<double>(time.count())));
}

/// Per round the log of the arm's time, over that of `base` where there is one. Batches differ by a
/// constant factor, which no variance sees.
std::vector<double> logs_of(const measure::ArmSeries& arm, const measure::ArmSeries* base) {
  std::vector<double> logs;
  for (std::size_t i = 0; i < arm.samples.size(); ++i) {
    if (base != nullptr && i >= base->samples.size()) break;
    logs.push_back(log_time(arm.samples[i]) - (base == nullptr ? 0 : log_time(base->samples[i])));
  }
  return logs;
}

double percent(double variance) {
  return 100 * std::sqrt(variance);
}

}  // namespace

SamplesPlanner::Process SamplesPlanner::process_of(const store::Record& record) {
  Process process;
  std::vector<const measure::ArmSeries*> measured;
  double sampled = 0;
  for (const store::ArmRecord& arm : record.arms) {
    if (arm.status != store::Status::kOk || arm.series.samples.empty()) continue;
    if (!arm.series.simulated_by.empty()) continue;  // All of its samples are one.
    measured.push_back(&arm.series);
    for (const Nanoseconds sample : arm.series.samples) {
      sampled += Seconds(sample).count();
    }
  }
  if (measured.empty()) return process;
  process.rounds = std::ssize(measured.front()->samples);
  process.sample_seconds = sampled / static_cast<double>(process.rounds);
  process.other_seconds = std::max(0.0, Seconds(record.duration).count() - sampled);
  const bool is_single = measured.size() == 1;
  for (std::size_t i = is_single ? 0 : 1; i < measured.size(); ++i) {
    const std::vector<double> logs = logs_of(*measured[i], is_single ? nullptr : measured[0]);
    const double error = st::median_standard_error(logs);
    process.centers.push_back(st::median(logs));
    process.sample_variances.push_back(static_cast<double>(logs.size()) * error * error);
  }
  return process;
}

void SamplesPlanner::add(const store::Record& record) {
  trials_[record.trial_key][record.replicate] = process_of(record);
}

std::vector<const SamplesPlanner::Process*> SamplesPlanner::pilot_of(
    std::uint64_t trial_key) const {
  std::vector<const Process*> pilot;
  const auto trial = trials_.find(trial_key);
  if (trial == trials_.end()) return pilot;
  std::size_t pairs = 1;
  for (const auto& [replicate, process] : trial->second) {
    // An arm that failed in one process makes its pairs other pairs: only the full ones count.
    if (process.centers.size() > pairs) pilot.clear();
    pairs = std::max(pairs, process.centers.size());
    if (process.centers.size() == pairs) pilot.push_back(&process);
  }
  return pilot;
}

SamplesPlanner::Wish SamplesPlanner::wish_of(const std::vector<const Process*>& pilot,
                                             std::size_t pair, std::int64_t samples_max) {
  std::vector<double> centers;
  std::vector<double> within;
  std::vector<double> sample_variances;
  std::vector<double> process_seconds;
  std::vector<double> sample_seconds;
  for (const Process* process : pilot) {
    centers.push_back(process->centers[pair]);
    sample_variances.push_back(process->sample_variances[pair]);
    within.push_back(sample_variances.back() / static_cast<double>(process->rounds));
    process_seconds.push_back(process->other_seconds);
    sample_seconds.push_back(process->sample_seconds);
  }
  Wish wish;
  wish.between = st::split_variance(centers, within).between;
  wish.sample_variance = st::mean(sample_variances);
  wish.cost = {.process = st::mean(process_seconds), .sample = st::mean(sample_seconds)};
  // Processes that do not differ ask for no number: the width of the interval decides.
  if (!(wish.between > 0) || !(wish.cost.sample > 0)) return wish;
  wish.samples = st::samples_best(wish.cost, wish.sample_variance, wish.between, samples_max);
  return wish;
}

SamplesChoice SamplesPlanner::choose(std::uint64_t trial_key, const measure::Policy& policy) const {
  if (policy.samples_min >= policy.samples_max) return {};
  const std::vector<const Process*> pilot = pilot_of(trial_key);
  if (std::ssize(pilot) < kPilotProcesses) return {};
  Wish largest;
  for (std::size_t pair = 0; pair < pilot.front()->centers.size(); ++pair) {
    const Wish wish = wish_of(pilot, pair, policy.samples_max);
    if (wish.samples > largest.samples) largest = wish;
  }
  if (largest.samples == 0) return {};
  const double room = Seconds(policy.budget).count() / largest.cost.sample;
  const auto most = static_cast<std::int64_t>(std::clamp(
      room, static_cast<double>(policy.samples_min), static_cast<double>(policy.samples_max)));
  const std::int64_t samples = std::clamp<std::int64_t>(largest.samples, policy.samples_min, most);
  const std::string limited =
      samples == largest.samples ? "" : format(" (best: {}, limited)", largest.samples);
  return {static_cast<int>(samples),
          format("{} samples{}: processes differ by {:.2g} %, samples by {:.2g} %, and a process "
                 "costs as much as {:.3g} samples ({} processes seen)",
                 samples, limited, percent(largest.between), percent(largest.sample_variance),
                 largest.cost.process / largest.cost.sample, pilot.size())};
}

}  // namespace assay::analysis
