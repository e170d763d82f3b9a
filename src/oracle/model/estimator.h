// SPDX-License-Identifier: MIT
// How long, how much: what everybody else asks. One machine, any graph.
//
//   ASSAY_TRY(Estimator estimator, Estimator::create(profile));
//   ASSAY_TRY(Estimate estimate, estimator.estimate(graph, {{"batch", 8}}, {}));
//   estimate.latency()   // 12.3 ms [10.9, 14.0], estimated
#pragma once

#include "oracle/model/predict.h"

namespace assay::oracle {

struct EstimateOptions {
  int threads = 0;  ///< Of a CPU; 0: as many as the profile knows.
  backend::CompileMode mode = backend::CompileMode::kReduceOverhead;
  /// Of a CPU, in which weights are stored; of an accelerator, in which all is held and multiplied.
  tensor::DType precision = tensor::DType::kF32;
  CountAssumptions assumptions = {};
};

struct Estimate {
  PlanView view;
  Machine machine;
  Coefficients coefficients;
  Prediction prediction;
  /// Nanoseconds, with the interval; where nothing of the machine was measured there is no number,
  /// only the interval of the prediction.
  Value latency() const;
};

class Estimator {
 public:
  /// With the coefficients that a fit has put into the profile.
  static Result<Estimator> create(HardwareProfile profile);

  Result<Estimate> estimate(const graph::Graph& graph, const graph::Bindings& bindings,
                            const EstimateOptions& options) const;
  const HardwareProfile& profile() const { return profile_; }

 private:
  Estimator(HardwareProfile profile, const Coefficients& coefficients)
      : profile_(std::move(profile)), coefficients_(coefficients) {}

  HardwareProfile profile_;
  Coefficients coefficients_;
};

}  // namespace assay::oracle
