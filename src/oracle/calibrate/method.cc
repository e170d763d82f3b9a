// SPDX-License-Identifier: MIT
#include "oracle/calibrate/method.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "core/statistics/order_statistics.h"

namespace assay::calibrate {
namespace {

constexpr double kNs = 1e9;

double roofline(const MachinePrior& machine, double share, const Work& work) {
  return kNs * std::max(work.flops / (machine.flops_per_second * share),
                        work.bytes / machine.tiers.back().bytes_per_second);
}

class ThreeParameterModel final : public LatencyModel {
 public:
  explicit ThreeParameterModel(const MachinePrior& machine)
      : coefficients_{{"rate", "FLOP/s", "of everything", machine.flops_per_second / 3, 2,
                       machine.flops_per_second * 1e-4, machine.flops_per_second * 10},
                      {"bandwidth", "B/s", "of everything", machine.tiers.back().bytes_per_second,
                       2, machine.tiers.back().bytes_per_second * 1e-3,
                       machine.tiers.back().bytes_per_second * 1e3},
                      {"call", "ns", "of every call", 5'000, 2, 10, 1e9}} {}
  const std::vector<Coefficient>& coefficients() const override { return coefficients_; }
  double predict(const Work& work, std::span<const double> values) const override {
    return values[2] + kNs * std::max(work.flops / values[0], work.bytes / values[1]);
  }

 private:
  std::vector<Coefficient> coefficients_;
};

Trained train(std::shared_ptr<const LatencyModel> model, std::span<const Point> points) {
  const Fit fitted = fit(model->coefficients(), data_of(points),
                         [&](std::size_t i, std::span<const double> values) {
                           return model->predict(points[i].work, values);
                         });
  return [model = std::move(model), values = fitted.values()](const Work& work) {
    return model->predict(work, values);
  };
}

}  // namespace

Method model_method(std::shared_ptr<const LatencyModel> model) {
  return {"this model", [model = std::move(model)](std::span<const Point> points) {
            return train(model, points);
          }};
}

Method constant_method() {
  return {"constant", [](std::span<const Point> points) -> Trained {
            std::vector<double> logs;
            for (const Point& point : points)
              logs.push_back(std::log(point.time_ns));
            const double time = std::exp(statistics::median(logs));
            return [time](const Work&) { return time; };
          }};
}

Method peak_roofline_method(const MachinePrior& machine) {
  return {"peak roofline", [machine](std::span<const Point>) -> Trained {
            return [machine](const Work& work) { return roofline(machine, 1, work); };
          }};
}

double best_efficiency_factor(const MachinePrior& machine, std::span<const Point> points) {
  constexpr int kSteps = 400;  // From 0.001 to 1, each 1.7 % more than the last.
  double best = 1;
  double least = INFINITY;
  for (int i = 0; i <= kSteps; ++i) {
    const double share = std::pow(10.0, -3.0 + 3.0 * i / kSteps);
    double off = 0;
    for (const Point& point : points)
      off += std::abs(std::log(roofline(machine, share, point.work) / point.time_ns));
    if (off < least) least = off, best = share;
  }
  return best;
}

Method one_factor_method(const MachinePrior& machine) {
  return {"one efficiency factor", [machine](std::span<const Point> points) -> Trained {
            const double share = best_efficiency_factor(machine, points);
            return [machine, share](const Work& work) { return roofline(machine, share, work); };
          }};
}

Method three_parameter_method(const MachinePrior& machine) {
  return {"three-parameter roofline", [machine](std::span<const Point> points) {
            return train(std::make_shared<ThreeParameterModel>(machine), points);
          }};
}

std::vector<Method> baselines(const MachinePrior& machine) {
  return {constant_method(), peak_roofline_method(machine), one_factor_method(machine),
          three_parameter_method(machine)};
}

}  // namespace assay::calibrate
