// SPDX-License-Identifier: MIT
#include "lab/analysis/doubt.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/format.h"
#include "core/statistics/processes.h"
#include "core/statistics/significance.h"

namespace assay::analysis {
namespace {

namespace st = statistics;

constexpr double kUnevenP = 0.01;

st::Rate doubt_rate(const MeasuredArm& arm) {
  st::Rate rate;
  for (const ProcessSamples& process : arm.processes) {
    rate.count += std::ssize(process.doubts);
    rate.hits += std::ssize(process.doubts) - std::ranges::count(process.doubts, std::uint8_t{0});
  }
  return rate;
}

}  // namespace

std::vector<double> logs_of(const MeasuredArm& arm) {
  std::vector<double> logs;
  for (const ProcessSamples& process : arm.processes) {
    logs.push_back(process.log_median);
  }
  return logs;
}

Value value_of(std::span<const double> logs, const std::string& simulated_by, double confidence) {
  if (simulated_by.empty()) return st::over_processes(logs, confidence);
  const auto [least, most] = std::ranges::minmax(logs);
  if (least == most) return Value::of(State::kSimulated, std::exp(least), simulated_by);
  return st::over_processes(logs, confidence).weakened(State::kSimulated, simulated_by);
}

std::vector<std::string> doubts_of(const MeasuredArm& arm) {
  std::vector<std::string> doubts;
  for (const ProcessSamples& process : arm.processes) {
    for (const std::string& sentence : process.sentences) {
      doubts.push_back(format("process {}: {}", process.replicate + 1, sentence));
    }
  }
  for (const Miss& miss : arm.misses) {
    doubts.push_back(
        format("process {}: {} ({})", miss.replicate + 1, to_text(miss.status), miss.reason));
  }
  return doubts;
}

std::optional<std::string> contamination_of(const MeasuredArm& arm) {
  if (arm.processes.empty()) return std::nullopt;
  const std::size_t total = arm.processes.size() + arm.misses.size();
  if (!arm.misses.empty()) {
    return format("{} of {} processes did not measure it: {}", arm.misses.size(), total,
                  to_text(arm.misses.front().status));
  }
  const bool is_mixed = std::ranges::any_of(arm.processes, [&](const ProcessSamples& process) {
    return process.build != arm.processes.front().build;
  });
  if (is_mixed) return "its processes ran different binaries";
  std::size_t doubted = 0;
  std::string first;
  for (const ProcessSamples& process : arm.processes) {
    if (process.sentences.empty()) continue;
    if (doubted == 0) first = process.sentences.front();
    ++doubted;
  }
  if (doubted == 0 || 2 * doubted < total) return std::nullopt;
  return format("{} of {} processes in doubt: {}", doubted, total, first);
}

std::optional<std::string> uneven_doubts(const MeasuredTrial& trial) {
  if (trial.arms.size() < 2) return std::nullopt;
  const st::Rate base = doubt_rate(trial.arms.front());
  const auto tests = static_cast<double>(trial.arms.size() - 1);
  for (std::size_t i = 1; i < trial.arms.size(); ++i) {
    const st::Rate other = doubt_rate(trial.arms[i]);
    if (base.hits + other.hits == 0) continue;
    const double p = std::min(1.0, tests * st::fisher_exact_p_value(base, other));
    if (p < kUnevenP) {
      return format(
          "doubtful samples are spread unevenly ({} of {} in {}, {} of {} in {}; "
          "p = {:.2g}), so dropping them would favour an arm",
          base.hits, base.count, trial.arms.front().name, other.hits, other.count,
          trial.arms[i].name, p);
    }
  }
  return std::nullopt;
}

}  // namespace assay::analysis
