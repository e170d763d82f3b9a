// SPDX-License-Identifier: MIT
// A machine that is not there: its coefficients are planted, so that what a fit says can be held
// against the truth. The configurations are real models; only their times are invented.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "oracle/calibrate/cpu_model.h"
#include "oracle/calibrate/point.h"

namespace assay::calibrate {

inline MachinePrior invented_machine(double flops_per_second = 150e9) {
  return {.name = "an invented machine",
          .threads = 2,
          .flops_per_second = flops_per_second,
          .peak_source = "planted",
          .tiers = assumed_tiers(2e6, 32e6, 2)};
}

/// MLPs, products, convolutions and pictures' models from microseconds to seconds, in every tier.
inline const std::vector<Configuration>& invented_configurations() {
  static const std::vector<Configuration> all = [] {
    std::vector<Configuration> list;
    for (const char* model :
         {"mlp64-32-16", "mlp512-128-64", "mlp512-512-512-128", "mlp2048-2048-2048-1024",
          "mlp4096-4096-4096-2048", "gemm64x64x64", "gemm256x256x256", "gemm512x512x512",
          "gemm1024x1024x1024", "gemm8x2048x2048", "conv16x32x3x1x1@32", "conv64x64x3x1x1@28",
          "conv128x128x3x2x1@28", "conv256x64x1x1x1@14", "resnet18@64", "vit32x2x128@64",
          "vit16x4x256@96", "vit16x12x384@128"}) {
      for (const std::int64_t batch : {1, 4, 16})
        list.push_back({.model = model, .batch = batch});
    }
    return list;
  }();
  return all;
}

/// Counted once: the same work for every machine and seed.
inline const std::vector<Point>& invented_works() {
  static const std::vector<Point> all = [] {
    std::vector<Point> points;
    for (const Configuration& configuration : invented_configurations()) {
      Point point{.configuration = configuration, .family = family_of(configuration)};
      auto work = work_of(configuration);
      ASSAY_CHECK(work.has_value(), "an invented configuration is one of our models");
      point.work = *std::move(work);
      points.push_back(std::move(point));
    }
    return points;
  }();
  return all;
}

/// The priors with these factors on them, by name: a machine that is not what was believed.
struct Planted {
  std::string name = {};
  double factor = 1;
};
inline std::vector<double> planted_values(const LatencyModel& model,
                                          const std::vector<Planted>& planted) {
  std::vector<double> values;
  for (const Coefficient& coefficient : model.coefficients()) {
    values.push_back(coefficient.prior);
    for (const Planted& one : planted) {
      if (one.name == coefficient.name) values.back() *= one.factor;
    }
  }
  return values;
}

/// Times that the model with these values has, each off by log-normal noise.
inline std::vector<Point> invented_sweep(const LatencyModel& truth,
                                         const std::vector<double>& values, double noise,
                                         std::uint64_t seed) {
  std::vector<Point> points = invented_works();
  Random random(seed);
  for (Point& point : points) {
    point.time_ns = truth.predict(point.work, values) * std::exp(noise * random.normal());
    point.log_sd = noise / 4;  // What repeats of one process show of it.
  }
  return points;
}

}  // namespace assay::calibrate
