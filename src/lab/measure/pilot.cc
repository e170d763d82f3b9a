// SPDX-License-Identifier: MIT
#include "lab/measure/pilot.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/random.h"
#include "lab/measure/paired_width.h"

namespace assay::measure {
namespace {

constexpr std::array<Nanoseconds, 5> kLengths{100us, 300us, 1ms, 5ms, 20ms};
constexpr int kShareOfBudget = 20;  // 5 % for each length.
constexpr int kRoundsMin = 12;      // With fewer, chance correlation can leave no interval.
constexpr int kRoundsMax = 1'000;
// A tenth of what two equal arms differ by at best: narrower is not better, shorter is.
constexpr double kWidthThatMatters = 0.0002;

bool has_room(const Rig& rig, const Batching& batching, Nanoseconds length, Nanoseconds share) {
  const double sample = std::max(static_cast<double>(length.count()), batching.slowest_call());
  return sample * rig.arm_count() * kRoundsMin <= static_cast<double>(share.count());
}

/// Half-width of the paired interval that one share of the budget buys.
Result<double> try_length(const Rig& rig, Nanoseconds share, std::uint64_t seed,
                          std::span<const std::int64_t> batches) {
  Series series = empty_series(batches);
  Interleaving interleaving(rig.arm_count(), seed);
  PairedWidth width(rig.arm_count());
  const Nanoseconds start = rig.now();
  for (int round = 0; round < kRoundsMax && rig.now() - start < share; ++round) {
    ASSAY_TRY_VOID(append_round(rig, interleaving.next(), series));
    width.add(last_call_times(series));
  }
  return width.half_width().value_or(std::numeric_limits<double>::infinity());
}

}  // namespace

std::vector<Nanoseconds> lengths_to_try(const Rig& rig, const Batching& batching,
                                        Nanoseconds budget) {
  const Nanoseconds share = budget / kShareOfBudget;
  const Nanoseconds shortest =
      std::max(legal_sample_length(rig.instruments.calibration), kLengths.front());
  std::vector<Nanoseconds> lengths{shortest};
  for (const Nanoseconds length : kLengths) {
    const bool holds_a_call = static_cast<double>(length.count()) > batching.slowest_call();
    if (length > shortest && holds_a_call && has_room(rig, batching, length, share)) {
      lengths.push_back(length);
    }
  }
  return lengths;
}

Result<Nanoseconds> pilot_sample_length(const Rig& rig, Nanoseconds budget, std::uint64_t seed,
                                        const Batching& batching) {
  const std::vector<Nanoseconds> lengths = lengths_to_try(rig, batching, budget);
  if (lengths.size() == 1) return lengths.front();
  Batching growing = batching;
  Nanoseconds best = lengths.front();
  double narrowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    ASSAY_TRY_VOID(grow_batches(rig, lengths[i], growing));
    ASSAY_TRY(const double interval,
              try_length(rig, budget / kShareOfBudget, mix_seed(seed, i), growing.in_force()));
    // Times in whole steps can agree to the last digit; they are not known better than a step.
    const double step = Seconds(rig.instruments.calibration.resolution) / Seconds(lengths[i]);
    const double width = std::max({interval, step, kWidthThatMatters});
    if (width < narrowest) {  // Equal widths: the shorter length gives more pairs.
      narrowest = width;
      best = lengths[i];
    }
  }
  return best;
}

}  // namespace assay::measure
