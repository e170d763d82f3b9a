// SPDX-License-Identifier: MIT
#include "lab/measure/batching.h"

#include <algorithm>

namespace assay::measure {
namespace {

constexpr double kSpeedRatioMax = 8;
// Hours, were a call only a nanosecond: work that is still too short does not repeat itself.
constexpr std::int64_t kBatchMax = std::int64_t{1} << 40;

/// The faster of two: a first call may pay for start-up, any call may be preempted.
Result<Nanoseconds> faster_of_two(const Rig& rig, std::size_t arm, std::int64_t batch) {
  ASSAY_TRY(const Sample first, take_sample(rig, arm, batch));
  ASSAY_TRY(const Sample second, take_sample(rig, arm, batch));
  return std::min(first.time, second.time);
}

Result<void> grow_batch(const Rig& rig, std::size_t arm, Nanoseconds length, Batching& batching) {
  // A virtual clock has no step that more calls would drown.
  if (rig.arms[arm]->virtual_clock() != nullptr) return {};
  std::int64_t& batch = batching.needed[arm];
  Nanoseconds& time = batching.sample_times[arm];
  while (time < length) {
    if (batch >= kBatchMax) {
      return Error::bug("arm {} of {} does not repeat its work when asked to: {} calls took {}",
                        arm + 1, rig.arm_count(), batch, assay::to_text(time));
    }
    batch *= 2;
    ASSAY_TRY(time, faster_of_two(rig, arm, batch));
  }
  return {};
}

}  // namespace

std::vector<double> Batching::call_times() const {
  std::vector<double> times;
  for (std::size_t arm = 0; arm < needed.size(); ++arm) {
    times.push_back(static_cast<double>(sample_times[arm].count()) /
                    static_cast<double>(needed[arm]));
  }
  return times;
}

double Batching::slowest_call() const {
  return std::ranges::max(call_times());
}

bool Batching::differ_too_much() const {
  const auto [fastest, slowest] = std::ranges::minmax(call_times());
  return slowest > kSpeedRatioMax * fastest;
}

std::vector<std::int64_t> Batching::in_force() const {
  if (differ_too_much()) return needed;
  return std::vector(needed.size(), std::ranges::max(needed));
}

Result<Batching> time_single_calls(const Rig& rig) {
  Batching batching;
  for (std::size_t arm = 0; arm < rig.arms.size(); ++arm) {
    ASSAY_TRY(const Nanoseconds time, faster_of_two(rig, arm, 1));
    batching.needed.push_back(1);
    batching.sample_times.push_back(time);
  }
  return batching;
}

Result<void> grow_batches(const Rig& rig, Nanoseconds length, Batching& batching) {
  for (std::size_t arm = 0; arm < rig.arms.size(); ++arm) {
    ASSAY_TRY_VOID(grow_batch(rig, arm, length, batching));
  }
  return {};
}

}  // namespace assay::measure
