// SPDX-License-Identifier: MIT
#include "lab/sweep/estimate.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "core/format.h"

namespace assay::sweep {
namespace {

struct Range {
  Nanoseconds low;
  Nanoseconds high;
};

// A pilot chooses samples of 0.1 to 20 ms; the shortest gives the lower end.
constexpr Nanoseconds kSampleLengthMin = 100us;
// From fork to the first line of main and back, on an idle and on a busy machine.
constexpr Range kProcessStart{.low = 5ms, .high = 300ms};

/// What the policy allows one trial in one process.
Range allowed(const measure::Policy& policy, std::size_t arms) {
  const Nanoseconds sample = std::max(policy.sample_length, kSampleLengthMin);
  const auto samples = static_cast<std::int64_t>(arms) *
                       (std::int64_t{policy.warmup_samples_min} + policy.samples_min);
  const Nanoseconds shortest = sample * samples;
  // The fewest samples are taken even where they exceed the budget.
  return {.low = shortest, .high = std::max(shortest, policy.warmup_max + policy.budget)};
}

std::unordered_map<std::uint64_t, Range> ranges_of(std::span<const PastDuration> past) {
  std::unordered_map<std::uint64_t, Range> ranges;
  for (const auto& [key, duration] : past) {
    const auto [known, is_new] = ranges.try_emplace(key, Range{duration, duration});
    if (is_new) continue;
    known->second.low = std::min(known->second.low, duration);
    known->second.high = std::max(known->second.high, duration);
  }
  return ranges;
}

void add(Estimate& sum, const Range& range, std::int64_t count) {
  sum.low += Seconds(range.low) * static_cast<double>(count);
  sum.high += Seconds(range.high) * static_cast<double>(count);
}

/// Processes that a width may ask for beyond the planned ones: as many as there may be, at most as
/// long as the budget for them.
Seconds more_for_width(const spec::RunPolicy& run, Seconds planned) {
  if (!(run.width_target > 0)) return Seconds(0);
  const double more = static_cast<double>(run.processes_max - run.processes) / run.processes;
  const Seconds all = planned * more;
  return run.budget > Nanoseconds(0) ? std::min(all, Seconds(run.budget)) : all;
}

std::string times_text(const Estimate& sum) {
  const std::string policy =
      "a trial stops between its fewest samples and the end of warm-up and budget; calls longer "
      "than a sample, preparation and checks come on top";
  if (sum.trials_known == 0) return policy;
  if (sum.trials_known == sum.trials) return "every trial takes what it took before";
  return format("{} of {} trials take what they took before; for the others {}", sum.trials_known,
                sum.trials, policy);
}

}  // namespace

Estimate estimate(const spec::Spec& spec, const Sweep& sweep, std::span<const PastDuration> past) {
  const std::unordered_map<std::uint64_t, Range> known = ranges_of(past);
  Nanoseconds longest{0};
  for (const auto& [key, range] : known) {
    longest = std::max(longest, range.high);
  }
  std::vector<bool> is_duplicate(sweep.trials.size(), false);
  for (const auto& [duplicate, original] : sweep.duplicates) {
    is_duplicate[duplicate] = true;
  }
  Estimate sum;
  const std::int64_t processes = spec.run.processes;
  for (std::size_t i = 0; i < sweep.trials.size(); ++i) {
    if (is_duplicate[i]) continue;
    ++sum.trials;
    const auto found = known.find(key_of(sweep.trials[i]));
    if (found != known.end()) {
      ++sum.trials_known;
      add(sum, found->second, processes);
      continue;
    }
    Range range = allowed(spec.measure, sweep.trials[i].arms.size());
    range.high = std::max(range.high, longest);
    add(sum, range, processes);
  }
  const bool starts_per_trial = spec.run.isolate == spec::Isolation::kTrial;
  add(sum, kProcessStart, starts_per_trial ? sum.trials * processes : processes);
  sum.assumes = times_text(sum);
  const Seconds more = more_for_width(spec.run, sum.high);
  if (more == Seconds(0)) return sum;
  sum.high += more;
  sum.assumes += format("; up to {} of it for processes until intervals are within {:.2g} %",
                        assay::to_text(std::chrono::duration_cast<Nanoseconds>(more)),
                        100 * spec.run.width_target);
  return sum;
}

std::string to_text(const Estimate& estimate) {
  const auto text = [](Seconds time) {
    return assay::to_text(std::chrono::duration_cast<Nanoseconds>(time));
  };
  const std::string low = text(estimate.low);
  const std::string high = text(estimate.high);
  return low == high ? low : format("{} to {}", low, high);
}

}  // namespace assay::sweep
