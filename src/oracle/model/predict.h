// SPDX-License-Identifier: MIT
// What a run takes: for every kernel, what it costs to start, and the larger of its arithmetic and
// of what each memory has to move, one kernel after another as the plan has them. With an interval,
// and with the reason for every part. Pure: the same view, machine and coefficients, the same
// prediction.
//
//   const Prediction prediction = predict(view, machine, coefficients);
//   prediction.seconds, prediction.interval
#pragma once

#include <array>
#include <vector>

#include "core/value.h"
#include "oracle/model/coefficients.h"
#include "oracle/model/mapper.h"

namespace assay::oracle {

/// What the time of a kernel is made of, and so which numbers of the machine its error is of.
enum class Part : std::uint8_t {
  kStart,     ///< Dispatch, launch, barrier.
  kProducts,  ///< Matrix arithmetic.
  kVector,    ///< All other arithmetic.
  kMemory,    ///< The first tier; the others follow.
};
inline constexpr int kPartCount = 3 + kTiersMax;
/// "start", "products", "vector", or the name of the memory.
std::string_view to_text(int part, const Machine& machine);

struct KernelPrediction {
  double seconds = 0;
  /// What each part would take by itself, in seconds; beside the start they overlap.
  std::array<double, kPartCount> parts{};
  int bound = 0;  ///< The part that is the longest.
  Mapping mapping;
  double efficiency = 1;  ///< Of the peak that its products were taken to reach.
};

/// Joules of one run; missing where the profile does not say what an event takes.
struct EnergyPrediction {
  Value arithmetic;
  Value memory;
  Value idle;
  Value sum;
};

/// The share of intervals that are meant to cover what is measured.
inline constexpr double kPredictionConfidence = 0.8;

struct Prediction {
  std::vector<KernelPrediction> kernels;  ///< As the view has them.
  double seconds = 0;
  Interval interval;  ///< Of the seconds.
  /// How the whole time is made up, in seconds.
  std::array<double, kPartCount> parts{};
  /// Whether what matters about this machine was measured on it. If not, the interval is the
  /// prediction, and no number within it is more likely.
  bool is_of_measured = false;
  bool is_fitted = false;
  EnergyPrediction energy;
  double memory_bytes = 0;
  bool fits_memory = true;
};

Prediction predict(const PlanView& view, const Machine& machine, const Coefficients& coefficients);

}  // namespace assay::oracle
