// SPDX-License-Identifier: MIT
#include "oracle/probe/timed.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/statistics/order_statistics.h"

namespace assay::probe {
namespace {

constexpr std::int64_t kPassesMax = std::int64_t{1} << 40;
constexpr int kDigits = 4;

Seconds time_passes(const Timed& timed, std::int64_t passes, const Clock& clock) {
  const Nanoseconds start = clock.now();
  timed.work(passes);
  return clock.now() - start;
}

/// Grows the passes until a sample is long enough; the first call also warms.
void fill_sample(Timed& timed, const RoundPlan& plan, const Clock& clock) {
  const double wanted = Seconds(plan.sample).count();
  (void)time_passes(timed, 1, clock);
  for (timed.passes = 1; timed.passes < kPassesMax;) {
    const double took = time_passes(timed, timed.passes, clock).count();
    if (took >= 0.8 * wanted) return;
    const double factor = took > 0 ? std::clamp(1.1 * wanted / took, 1.5, 16.0) : 16.0;
    timed.passes = static_cast<std::int64_t>(std::ceil(static_cast<double>(timed.passes) * factor));
  }
}

void take_sample(Timed& timed, const RoundPlan& plan, const Clock& clock) {
  Seconds fastest = Seconds::max();
  Seconds fastest_disturbed = Seconds::max();
  int undisturbed = 0;
  for (int attempt = 1; undisturbed < plan.repetitions && attempt <= plan.attempts_most;
       ++attempt) {
    const std::int64_t before = plan.count_interruptions();
    const Seconds took = time_passes(timed, timed.passes, clock);
    if (plan.count_interruptions() == before) {
      fastest = std::min(fastest, took);
      ++undisturbed;
    } else {
      fastest_disturbed = std::min(fastest_disturbed, took);
    }
    if (timed.passes == 1 && took > plan.repeated_max) break;  // Long by itself.
  }
  if (undisturbed == 0) ++timed.disturbed_rounds;
  const Seconds taken = undisturbed > 0 ? fastest : fastest_disturbed;
  timed.seconds.push_back(taken.count() / static_cast<double>(timed.passes));
}

/// A profile is read by people; the interval says how much of the digits is noise.
double rounded(double value) {
  if (value == 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - (kDigits - 1));
  // Divided where the unit is a fraction: 0.0001 is none of the doubles, 10'000 is.
  return unit < 1 ? std::round(value / unit) / std::round(1 / unit)
                  : std::round(value / unit) * unit;
}

template <class Function>
std::vector<double> each_round(const Timed& timed, Function value_of) {
  std::vector<double> values;
  for (std::size_t round = 0; round < timed.seconds.size(); ++round) {
    values.push_back(value_of(round));
  }
  return values;
}

}  // namespace

std::int64_t interruptions() {
  rusage usage{};
  (void)getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

void take_rounds(std::span<Timed* const> all, const RoundPlan& plan, const Clock& clock) {
  std::vector<Timed*> ordered(all.begin(), all.end());
  std::ranges::stable_sort(ordered, {}, &Timed::threads);
  for (Timed* timed : ordered) {
    fill_sample(*timed, plan, clock);
  }
  for (int round = 0; round < plan.rounds; ++round) {
    for (Timed* timed : ordered) {
      take_sample(*timed, plan, clock);
    }
  }
}

oracle::Quantity measured(std::span<const double> values, std::string_view unit,
                          const Method& method) {
  ASSAY_CHECK(!values.empty(), "a number that was measured has values");
  const auto [least, greatest] = std::ranges::minmax(values);
  const Interval interval =
      statistics::median_interval(values, 0.95).value_or(Interval{least, greatest});
  return {.value = rounded(statistics::median(values)),
          .unit = std::string(unit),
          .interval = Interval{rounded(interval.low), rounded(interval.high)},
          .provenance = oracle::Provenance::kMeasured,
          .source = method.source,
          .date = method.date};
}

oracle::Quantity rate_of(const Timed& timed, std::string_view unit, const Method& method) {
  return measured(
      each_round(timed, [&](std::size_t round) { return timed.amount / timed.seconds[round]; }),
      unit, method);
}

oracle::Quantity time_of(const Timed& timed, const Method& method) {
  return measured(
      each_round(timed,
                 [&](std::size_t round) { return 1e9 * timed.seconds[round] / timed.amount; }),
      "ns", method);
}

oracle::Quantity share_of(const Timed& timed, const Timed& ceiling, const Method& method) {
  ASSAY_CHECK_EQ(timed.seconds.size(), ceiling.seconds.size(), "a ceiling is of the same rounds");
  return measured(each_round(timed,
                             [&](std::size_t round) {
                               return (timed.amount / timed.seconds[round]) /
                                      (ceiling.amount / ceiling.seconds[round]);
                             }),
                  "share", method);
}

}  // namespace assay::probe
