// SPDX-License-Identifier: MIT
// The time of a call on a CPU:
//
//   call + sum over nodes of (step + max(arithmetic, memory))
//   arithmetic = products (1 + rows_half / rows) / (peak share) + other flops / (peak vector_share)
//   memory     = weights / bandwidth(all the call touches) + activations / bandwidth(its own)
//
// where max is smooth: two equal parts take a fifth longer than one, because they overlap badly.
// The additive terms and the rates are fitted together: a model with rates alone pays for overhead
// by believing in a slow machine. The peak is the machine's and is never fitted: were it wrong, a
// share would leave what shares can be, and the judgement says so.
#pragma once

#include <string>
#include <vector>

#include "oracle/calibrate/machine_model.h"

namespace assay::calibrate {

/// Tiers from cache sizes, with bandwidths as cores of the last ten years have them: a belief to
/// start from, within a factor of three.
std::vector<MemoryTier> assumed_tiers(double private_bytes, double shared_bytes, int threads);

class CpuModel final : public MachineModel {
 public:
  explicit CpuModel(MachinePrior machine);

  std::string_view name() const override { return "cpu/1"; }
  const std::vector<Coefficient>& coefficients() const override { return coefficients_; }
  double predict(const Work& work, std::span<const double> values) const override;
  std::string_view bound_by(const Work& work, std::span<const double> values) const override;
  PeakShare peak_share(const Fit& fit) const override;
  const MachinePrior& machine() const override { return machine_; }

 private:
  struct Costs {
    double arithmetic = 0;
    double memory = 0;
  };
  Costs costs_of(const NodeWork& node, double working_set, std::span<const double> values) const;
  double seconds_per_byte(double working_set, std::span<const double> values) const;

  MachinePrior machine_;
  std::vector<Coefficient> coefficients_;
};

}  // namespace assay::calibrate
