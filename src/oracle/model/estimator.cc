// SPDX-License-Identifier: MIT
#include "oracle/model/estimator.h"

#include "engine/graph/storage.h"
#include "oracle/model/call_fit.h"

namespace assay::oracle {

using tensor::DType;

Value Estimate::latency() const {
  if (!prediction.is_of_measured) {
    return Value::missing(State::kNotMeasured,
                          format("{} was not measured: a range, no number", machine.name));
  }
  const Interval nanoseconds{prediction.interval.low * 1e9, prediction.interval.high * 1e9};
  return Value::estimated(prediction.seconds * 1e9,
                          format("model {} {}", kModelName,
                                 prediction.is_fitted ? "fitted on this machine" : "without a fit"),
                          nanoseconds);
}

Result<Estimator> Estimator::create(HardwareProfile profile) {
  ASSAY_TRY(const Coefficients coefficients, coefficients_of(profile));
  return Estimator(std::move(profile), coefficients);
}

Result<Estimate> Estimator::estimate(const graph::Graph& graph, const graph::Bindings& bindings,
                                     const EstimateOptions& options) const {
  const bool is_cpu = profile_.kind == "cpu";
  ViewOptions view_options{.compile = {.mode = options.mode},
                           .style = is_cpu ? PlanStyle::kCpu : PlanStyle::kAccelerator,
                           .precision = options.precision,
                           .assumptions = options.assumptions};
  MachineOptions machine_options{
      .threads = options.threads, .multiplied = options.precision, .mode = options.mode};
  graph::Graph stored;
  const bool is_stored = is_cpu && options.precision != DType::kF32;
  if (is_cpu) {  // Our CPU backend multiplies in f32, whatever the weights are kept in.
    machine_options.multiplied = DType::kF32;
    if (is_stored) {
      ASSAY_TRY(stored, graph::with_weight_storage(graph, {.dtype = options.precision}));
    }
  }
  Estimate estimate;
  estimate.coefficients = coefficients_;
  ASSAY_TRY(estimate.machine, machine_from(profile_, machine_options));
  if (profile_.calibration && profile_.calibration->model == kCallModel) {
    ASSAY_TRY_VOID(
        apply_call_fit(*profile_.calibration, estimate.machine).context("in {}", profile_.file));
  }
  ASSAY_TRY(estimate.view, view_plan(is_stored ? stored : graph, bindings, view_options));
  estimate.prediction = predict(estimate.view, estimate.machine, coefficients_);
  return estimate;
}

}  // namespace assay::oracle
