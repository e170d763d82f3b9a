// SPDX-License-Identifier: MIT
#include "oracle/calibrate/cpu_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "core/format.h"

namespace assay::calibrate {
namespace {

/// In the order of the coefficients; the tiers' bandwidths follow.
enum Index : std::size_t {
  kCall,
  kStep,
  kShare,
  kConvolutionRatio,
  kAttentionRatio,
  kVectorShare,
  kRowsHalf,
  kFirstTier,
};

std::vector<Coefficient> coefficients_of(const MachinePrior& machine) {
  std::vector<Coefficient> all{
      {"call", "ns", "of every call, whatever it does", 2'000, 1, 50, 1e6},
      {"step", "ns", "of every kernel beyond its work: dispatch and the barrier of the threads",
       1'000, 1, 10, 1e5},
      {std::string(kPeakShareName), "share", "of the peak that wide matrix products reach", 0.75,
       0.25, 0.01, 8},
      {"convolution_ratio", "ratio", "rate of convolutions over that of matrix products", 0.8, 0.5,
       0.02, 4},
      {"attention_ratio", "ratio", "rate of attention over that of matrix products", 0.5, 0.6, 0.02,
       4},
      {"vector_share", "share", "of the peak that all other arithmetic reaches", 0.05, 1, 0.0005,
       1},
      {"rows_half", "rows", "a product of so many rows reaches half the rate of a wide one", 3, 0.7,
       0.05, 200},
  };
  for (const MemoryTier& tier : machine.tiers) {
    all.push_back({"bandwidth_" + tier.name, "B/s", format("out of {}, all threads", tier.name),
                   tier.bytes_per_second, tier.log_sd, tier.bytes_per_second / 100,
                   tier.bytes_per_second * 100});
  }
  return all;
}

}  // namespace

std::vector<MemoryTier> assumed_tiers(double private_bytes, double shared_bytes, int threads) {
  const double cores = std::max(1, threads);
  std::vector<MemoryTier> tiers{{"L2", private_bytes * cores, 40e9 * cores}};
  if (shared_bytes > tiers.front().capacity_bytes)
    tiers.push_back({"L3", shared_bytes, 15e9 * cores});
  tiers.push_back({"DRAM", 0, 10e9 * std::min(cores, 8.0)});
  return tiers;
}

CpuModel::CpuModel(MachinePrior machine)
    : machine_(std::move(machine)), coefficients_(coefficients_of(machine_)) {
  ASSAY_CHECK(!machine_.tiers.empty(), "bytes come from somewhere");
  ASSAY_CHECK_GT(machine_.flops_per_second, 0.0, "a machine has a peak");
}

double CpuModel::seconds_per_byte(double working_set, std::span<const double> values) const {
  // From half of a tier's capacity on some of it comes from the next, above the capacity all.
  double left = 1;
  double seconds = 0;
  for (std::size_t i = 0; i < machine_.tiers.size(); ++i) {
    const bool is_last = i + 1 == machine_.tiers.size();
    const double fill = working_set / std::max(machine_.tiers[i].capacity_bytes, 1.0);
    const double missed = is_last ? 0 : std::clamp(2 * fill - 1, 0.0, 1.0);
    seconds += left * (1 - missed) / values[kFirstTier + i];
    left *= missed;
    if (left <= 0) break;
  }
  return seconds;
}

CpuModel::Costs CpuModel::costs_of(const NodeWork& node, double working_set,
                                   std::span<const double> values) const {
  double share = values[kShare];
  if (node.kernel == KernelClass::kConvolution) share *= values[kConvolutionRatio];
  if (node.kernel == KernelClass::kAttention) share *= values[kAttentionRatio];
  const double thin = 1 + values[kRowsHalf] / node.rows;
  constexpr double kNs = 1e9;
  const double peak = machine_.flops_per_second;
  return {
      .arithmetic = kNs * (node.products * thin / (peak * share) +
                           node.vector_flops / (peak * values[kVectorShare])),
      .memory = kNs * (node.weight_bytes * seconds_per_byte(working_set, values) +
                       node.activation_bytes * seconds_per_byte(node.activation_bytes, values))};
}

double CpuModel::predict(const Work& work, std::span<const double> values) const {
  ASSAY_CHECK_EQ(values.size(), coefficients_.size(), "a value for each coefficient");
  const double working_set = work.weight_bytes + work.live_bytes;
  double time = values[kCall];
  for (const NodeWork& node : work.nodes) {
    const Costs costs = costs_of(node, working_set, values);
    const double longer = std::max(costs.arithmetic, costs.memory);
    const double shorter = std::min(costs.arithmetic, costs.memory);
    // The longer one, and up to a fifth more where the shorter one is as long: a norm of order 4,
    // by square roots, because a fit asks a million times.
    const double part = longer > 0 ? shorter / longer : 0;
    const double both = longer * std::sqrt(std::sqrt(1 + part * part * part * part));
    time += node.count * (values[kStep] + both);
  }
  return time;
}

std::string_view CpuModel::bound_by(const Work& work, std::span<const double> values) const {
  double overhead = values[kCall];
  double arithmetic = 0;
  double memory = 0;
  for (const NodeWork& node : work.nodes) {
    const Costs costs = costs_of(node, work.weight_bytes + work.live_bytes, values);
    overhead += node.count * values[kStep];
    (costs.arithmetic >= costs.memory ? arithmetic : memory) +=
        node.count * std::max(costs.arithmetic, costs.memory);
  }
  if (overhead > arithmetic && overhead > memory) return "overhead";
  return arithmetic >= memory ? "compute" : "memory";
}

PeakShare CpuModel::peak_share(const Fit& fit) const {
  const FittedCoefficient& share = fit.coefficients[kShare];
  return {share.value, share.interval, share.about.prior, share.about.prior_log_sd, share.standing};
}

}  // namespace assay::calibrate
