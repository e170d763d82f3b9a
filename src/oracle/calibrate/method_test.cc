// SPDX-License-Identifier: MIT
#include "oracle/calibrate/method.h"

#include <gmock/gmock.h>

#include <cmath>

#include "oracle/calibrate/invented_sweep.h"
#include "oracle/calibrate/score.h"

namespace assay::calibrate {
namespace {

double mape_of(const Method& method, const std::vector<Point>& points) {
  const Trained trained = method.train(points);
  std::vector<Predicted> all;
  for (const Point& point : points)
    all.push_back({point.time_ns, trained(point.work)});
  return score(all).mape;
}

/// Times of exactly one baseline's form.
std::vector<Point> points_like(const Trained& truth) {
  std::vector<Point> points = invented_works();
  for (Point& point : points)
    point.time_ns = truth(point.work);
  return points;
}

TEST(Method, EachBaselineIsExactOnDataOfItsOwnForm) {
  const MachinePrior machine = invented_machine();
  const double bandwidth = machine.tiers.back().bytes_per_second;
  EXPECT_LT(mape_of(constant_method(), points_like([](const Work&) { return 7e5; })), 1e-9);
  EXPECT_LT(mape_of(peak_roofline_method(machine), points_like([&](const Work& work) {
                      return 1e9 * std::max(work.flops / machine.flops_per_second,
                                            work.bytes / bandwidth);
                    })),
            1e-9);
  EXPECT_LT(mape_of(one_factor_method(machine), points_like([&](const Work& work) {
                      return 1e9 * std::max(work.flops / (0.3 * machine.flops_per_second),
                                            work.bytes / bandwidth);
                    })),
            0.02)
      << "the grid is 1.7 % wide";
  EXPECT_LT(mape_of(three_parameter_method(machine), points_like([&](const Work& work) {
                      return 40'000 + 1e9 * std::max(work.flops / 20e9, work.bytes / 5e9);
                    })),
            0.01);
}

TEST(Method, TheModelBeatsThemOnItsOwnMachine) {
  const auto model = std::make_shared<const CpuModel>(invented_machine());
  const auto values = planted_values(*model, {{"step", 3}, {"product_share", 0.9}, {"call", 2}});
  const std::vector<Point> points = invented_sweep(*model, values, 0.03, 1);
  const double ours = mape_of(model_method(model), points);
  EXPECT_LT(ours, 0.04);
  for (const Method& baseline : baselines(model->machine()))
    EXPECT_GT(mape_of(baseline, points), 2 * ours) << baseline.name;
}

TEST(Method, OneFactorIsAShare) {
  const MachinePrior machine = invented_machine();
  const std::vector<Point> points = points_like([](const Work& work) { return work.flops; });
  EXPECT_LE(best_efficiency_factor(machine, points), 1);
  EXPECT_GE(best_efficiency_factor(machine, points), 0.001);
}

}  // namespace
}  // namespace assay::calibrate
