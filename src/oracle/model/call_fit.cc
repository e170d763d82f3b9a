// SPDX-License-Identifier: MIT
#include "oracle/model/call_fit.h"

#include <algorithm>

namespace assay::oracle {
namespace {

Result<Uncertain> fitted(const Calibration& calibration, std::string_view name) {
  const auto found = std::ranges::find(calibration.coefficients, name, &Coefficient::name);
  if (found == calibration.coefficients.end() || !(found->value > 0)) {
    return Error::user("the calibration of model {} has no positive {}: calibrate again",
                       calibration.model, name);
  }
  return uncertain({.value = found->value,
                    .unit = found->unit,
                    .interval = found->interval,
                    .provenance = Provenance::kMeasured,
                    .source = calibration.model,
                    .date = calibration.date});
}

/// The share that a fitted number is of another, with how far it may be off.
Uncertain times(Uncertain number, const Uncertain& share) {
  return {.value = number.value * share.value,
          .spread = share.spread,
          .provenance = Provenance::kMeasured};
}

}  // namespace

Result<void> apply_call_fit(const Calibration& calibration, Machine& machine) {
  ASSAY_CHECK(calibration.model == kCallModel, "only what is of this model is applied");
  CallFit fit{.version = calibration.version};
  ASSAY_TRY(const Uncertain call, fitted(calibration, "call"));
  ASSAY_TRY(Uncertain step, fitted(calibration, "step"));
  ASSAY_TRY(const Uncertain products, fitted(calibration, "product_share"));
  ASSAY_TRY(const Uncertain convolution, fitted(calibration, "convolution_ratio"));
  ASSAY_TRY(const Uncertain attention, fitted(calibration, "attention_ratio"));
  ASSAY_TRY(const Uncertain vector, fitted(calibration, "vector_share"));
  ASSAY_TRY(const Uncertain rows, fitted(calibration, "rows_half"));
  fit.product_share = products.value;
  fit.convolution_ratio = convolution.value;
  fit.attention_ratio = attention.value;
  fit.rows_half = rows.value;
  step.value *= 1e-9;
  machine.feeding = {.kernel = step, .call = {}, .replay = {}, .finish = call.value * 1e-9};
  machine.efficiency = products;
  machine.vector = times(machine.vector, vector);
  for (MachineTier& tier : machine.tiers) {
    const auto rate = fitted(calibration, "bandwidth_" + tier.name);
    if (rate) tier.read = tier.write = *rate;
  }
  machine.curves = {};
  machine.call_fit = fit;
  return {};
}

double fitted_share(const CallFit& fit, const KernelView& kernel) {
  double share = fit.product_share;
  double rows = kernel.extent(Axis::kM) * std::max(1.0, kernel.extent(Axis::kBatch));
  if (kernel.kind == KernelClass::kConvolution) share *= fit.convolution_ratio;
  if (kernel.kind == KernelClass::kAttention) {
    share *= fit.attention_ratio;
    rows *= std::max(1.0, kernel.extent(Axis::kHeads));
  }
  return share / (1 + fit.rows_half / std::max(1.0, rows));
}

}  // namespace assay::oracle
