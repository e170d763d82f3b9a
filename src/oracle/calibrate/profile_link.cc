// SPDX-License-Identifier: MIT
#include "oracle/calibrate/profile_link.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/format.h"

namespace assay::calibrate {
namespace {

constexpr std::string_view kHalfWidth = "interval_half_width";
/// What products reach of a measured peak where nothing has measured it.
constexpr double kAssumedFactor = 0.75;

/// What all the threads have of a tier together: as many of them as the threads fill.
double capacity_of(const oracle::MemoryTier& tier, int threads) {
  const double one = tier.capacity.value;
  if (tier.shared_by <= 0) return one;
  return one * std::ceil(static_cast<double>(threads) / tier.shared_by);
}

}  // namespace

Result<MachinePrior> prior_of(const oracle::HardwareProfile& profile, int threads) {
  ASSAY_TRY(const oracle::ComputePeak* peak, profile.best_peak("f32", threads));
  MachinePrior prior{.name = profile.description,
                     .threads = threads,
                     .flops_per_second = peak->flops_per_second.value,
                     .peak_source = format("{}: {}", profile.file, peak->flops_per_second.source)};
  for (const oracle::MemoryTier& tier : profile.memory) {
    const oracle::TierRate* rate = oracle::rate_of(tier, threads);
    if (rate == nullptr || !rate->read) continue;
    constexpr double kMeasuredSd = 0.5;
    const bool is_measured = rate->read->provenance == oracle::Provenance::kMeasured;
    prior.tiers.push_back({.name = tier.name,
                           .capacity_bytes = capacity_of(tier, threads),
                           .bytes_per_second = rate->read->value,
                           .log_sd = is_measured ? kMeasuredSd : 1});
  }
  if (prior.tiers.empty()) {
    return Error::user(
        "{}: no memory tier with a read bandwidth on {} threads; `assay probe` "
        "measures them",
        profile.file, threads);
  }
  prior.tiers.back().capacity_bytes = 0;
  return prior;
}

oracle::HardwareProfile profile_of(const MachinePrior& prior, const std::string& name,
                                   const std::string& date) {
  oracle::HardwareProfile profile;
  profile.name = name;
  profile.description = prior.name;
  profile.kind = "cpu";
  const auto quantity = [](double value, std::string unit, oracle::Provenance provenance,
                           std::string source) {
    oracle::Quantity made;
    made.value = value;
    made.unit = std::move(unit);
    made.provenance = provenance;
    made.source = std::move(source);
    return made;
  };
  oracle::ComputePeak peak{
      .isa = "widest",
      .dtype = "f32",
      .threads = prior.threads,
      .flops_per_second = quantity(prior.flops_per_second, "FLOP/s", oracle::Provenance::kMeasured,
                                   prior.peak_source)};
  peak.flops_per_second.date = date;
  profile.peaks.push_back(std::move(peak));
  for (const MemoryTier& tier : prior.tiers) {
    // Main memory holds everything: a terabyte stands for that.
    const double capacity = tier.capacity_bytes > 0 ? tier.capacity_bytes : 1e12;
    oracle::MemoryTier made{.name = tier.name,
                            .shared_by = 0,
                            .capacity = quantity(capacity, "B", oracle::Provenance::kAssumed,
                                                 "of all the threads, as hwloc sees the caches"),
                            .latency = {},
                            .rates = {}};
    oracle::TierRate rate{.threads = prior.threads, .read = {}, .write = {}, .copy = {}};
    rate.read = quantity(tier.bytes_per_second, "B/s", oracle::Provenance::kAssumed,
                         "as cores of the last ten years have it, within a factor of three");
    made.rates.push_back(std::move(rate));
    profile.memory.push_back(std::move(made));
  }
  return profile;
}

CurrentFactor current_factor(const oracle::HardwareProfile& profile) {
  if (profile.calibration) {
    for (const oracle::Coefficient& one : profile.calibration->coefficients) {
      if (one.name != kPeakShareName) continue;
      return {one.value,
              format("calibration {} of {}", profile.calibration->version, profile.file)};
    }
  }
  double best = 0;
  for (const oracle::EfficiencyCurve& curve : profile.curves) {
    if (curve.kernel != "gemm" || curve.dtype != "f32" || curve.of != "compute") continue;
    for (const oracle::EfficiencyPoint& point : curve.points)
      best = std::max(best, point.share.value);
  }
  if (best > 0) return {best, format("the best product that {} was probed with", profile.file)};
  return {kAssumedFactor, "assumed: nothing was applied or probed yet"};
}

oracle::Calibration calibration_of(const Judgement& judgement, std::int64_t version,
                                   const std::string& date) {
  oracle::Calibration calibration{.version = version,
                                  .model = std::string(judgement.model->name()),
                                  .date = date,
                                  .data_hash = data_hash(judgement.points),
                                  .judgement = judgement.verdict,
                                  .coefficients = {},
                                  .covariance = {}};
  for (const FittedCoefficient& one : judgement.fit.coefficients) {
    calibration.coefficients.push_back({one.about.name, one.value, one.about.unit, one.interval});
  }
  calibration.coefficients.push_back({std::string(kHalfWidth), judgement.half_width, "1", {}});
  const Matrix& covariance = judgement.fit.covariance;
  // A row for each coefficient: the width of intervals is no result of the search and varies with
  // none of them.
  for (std::size_t row = 0; row <= covariance.rows(); ++row) {
    std::vector<double> cells(covariance.rows() + 1, 0.0);
    for (std::size_t column = 0; row < covariance.rows() && column < covariance.rows(); ++column)
      cells[column] = covariance.at(row, column);
    calibration.covariance.push_back(std::move(cells));
  }
  return calibration;
}

Result<AppliedFit> applied_fit(const oracle::HardwareProfile& profile, const MachineModel& model) {
  if (!profile.calibration) {
    return Error::user("{} holds no calibration; `assay calibrate --input ... --apply` writes one",
                       profile.file);
  }
  const oracle::Calibration& calibration = *profile.calibration;
  if (calibration.model != model.name()) {
    return Error::user("{}: its calibration is of model {}; this one is {}: calibrate again",
                       profile.file, calibration.model, model.name());
  }
  AppliedFit applied{.values = {}, .version = calibration.version};
  const auto value_of = [&](std::string_view name) -> Result<double> {
    const auto found =
        std::ranges::find(calibration.coefficients, name, &oracle::Coefficient::name);
    if (found == calibration.coefficients.end()) {
      return Error::user("{}: its calibration has no coefficient {}: calibrate again", profile.file,
                         name);
    }
    return found->value;
  };
  for (const Coefficient& about : model.coefficients()) {
    ASSAY_TRY(const double value, value_of(about.name));
    if (value < about.low || value > about.high) {
      return Error::user("{}: {} is {}; expected {} to {}", profile.file, about.name, value,
                         about.low, about.high);
    }
    applied.values.push_back(value);
  }
  ASSAY_TRY(applied.half_width, value_of(kHalfWidth));
  return applied;
}

}  // namespace assay::calibrate
