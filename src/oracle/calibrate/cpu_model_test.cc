// SPDX-License-Identifier: MIT
#include "oracle/calibrate/cpu_model.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "core/random.h"
#include "oracle/calibrate/invented_sweep.h"

namespace assay::calibrate {
namespace {

Work one_node(const NodeWork& node) {
  return {.nodes = {node}, .weight_bytes = node.weight_bytes};
}

TEST(CpuModel, OneNodeByHand) {
  const CpuModel model(invented_machine(100e9));
  std::vector<double> values = planted_values(model, {});
  const NodeWork node{.kernel = KernelClass::kProduct, .products = 1e9, .rows = 1e9};
  // 1e9 flops at 75 GFLOP/s, one step, one call.
  EXPECT_NEAR(model.predict(one_node(node), values), 1e9 / 75 + 1'000 + 2'000, 1);
  const NodeWork thin{.kernel = KernelClass::kProduct, .products = 1e9, .rows = 3};
  EXPECT_NEAR(model.predict(one_node(thin), values), 2e9 / 75 + 3'000, 1) << "half the rate";
  const NodeWork convolution{.kernel = KernelClass::kConvolution, .products = 1e9, .rows = 1e9};
  EXPECT_NEAR(model.predict(one_node(convolution), values), 1e9 / 75 / 0.8 + 3'000, 1);
}

TEST(CpuModel, BytesComeFromTheTierThatHoldsThem) {
  const CpuModel model(invented_machine());
  const std::vector<double> values = planted_values(model, {});
  const auto rate = [&](double bytes) {
    const NodeWork node{.weight_bytes = bytes};
    return bytes / (model.predict(one_node(node), values) - 3'000) * 1e9;
  };
  EXPECT_NEAR(rate(1e6), 80e9, 1e3);
  EXPECT_NEAR(rate(8e6), 30e9, 1e3);
  EXPECT_NEAR(rate(100e6), 20e9, 1e3);
  EXPECT_GT(rate(3e6), 30e9) << "between the two, some of each";
  EXPECT_LT(rate(3e6), 80e9);
}

// Whatever the machine: more of anything never takes less, and a faster machine is not slower.
TEST(CpuModel, IsMonotone) {
  const CpuModel model(invented_machine());
  Random random(5);
  for (int i = 0; i < 500; ++i) {
    std::vector<double> values;
    for (const Coefficient& about : model.coefficients()) {
      values.push_back(std::clamp(about.prior * std::exp(random.normal()), about.low, about.high));
    }
    // A farther tier is no faster: the bandwidths are the last values.
    std::sort(values.end() - 3, values.end(), std::greater{});
    NodeWork node{.kernel = static_cast<KernelClass>(random.below(4)),
                  .products = 1e3 * std::exp(10 * random.uniform()),
                  .vector_flops = 1e3 * random.uniform(),
                  .weight_bytes = 1e3 * std::exp(12 * random.uniform()),
                  .activation_bytes = 1e3 * std::exp(8 * random.uniform()),
                  .rows = 1 + 100 * random.uniform()};
    const double time = model.predict(one_node(node), values);
    NodeWork more = node;
    more.products *= 1.5;
    EXPECT_GE(model.predict(one_node(more), values), time);
    more = node;
    more.activation_bytes *= 1.5;
    EXPECT_GE(model.predict(one_node(more), values), time * (1 - 1e-9));
    more = node;
    more.count = 2;
    EXPECT_GT(model.predict(one_node(more), values), time);
    std::vector<double> faster = values;
    faster[2] *= 1.1;  // The share of the peak.
    EXPECT_LE(model.predict(one_node(node), faster), time);
  }
}

TEST(CpuModel, SaysWhatBindsACall) {
  const CpuModel model(invented_machine());
  const std::vector<double> values = planted_values(model, {});
  EXPECT_EQ(model.bound_by(one_node({.products = 1e9, .rows = 1e3}), values), "compute");
  EXPECT_EQ(model.bound_by(one_node({.weight_bytes = 1e8}), values), "memory");
  EXPECT_EQ(model.bound_by(one_node({.products = 10}), values), "overhead");
}

TEST(CpuModel, TiersGrowAndEndInMemory) {
  EXPECT_EQ(assumed_tiers(1e6, 0, 4).size(), 2U) << "no last level: straight to memory";
  EXPECT_EQ(assumed_tiers(1e6, 30e6, 4).size(), 3U);
  EXPECT_EQ(assumed_tiers(1e6, 3e6, 4).size(), 2U) << "smaller than what cores have together";
  EXPECT_EQ(assumed_tiers(1e6, 30e6, 4).back().capacity_bytes, 0);
}

TEST(CpuModel, PriorsLieWithinTheirBounds) {
  const CpuModel model(invented_machine());
  for (const Coefficient& about : model.coefficients()) {
    EXPECT_GT(about.low, 0) << about.name;
    EXPECT_LT(about.low, about.prior) << about.name;
    EXPECT_GT(about.high, about.prior) << about.name;
    EXPECT_GT(about.prior_log_sd, 0) << about.name;
    EXPECT_FALSE(about.meaning.empty()) << about.name;
  }
}

}  // namespace
}  // namespace assay::calibrate
