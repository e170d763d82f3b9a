// SPDX-License-Identifier: MIT
#include "oracle/model/machine.h"

#include <gmock/gmock.h>

#include <cmath>

#include "oracle/model/invented_profile.h"

namespace assay::oracle {
namespace {

Machine machine_of(const HardwareProfile& profile, const MachineOptions& options = {}) {
  auto machine = machine_from(profile, options);
  EXPECT_TRUE(machine) << machine.error().to_string();
  return *std::move(machine);
}

TEST(MachineFrom, TakesTheMostThreadsThatWereMeasured) {
  const Machine machine = machine_of(invented_cpu());
  EXPECT_EQ(machine.kind, MachineKind::kCpu);
  EXPECT_EQ(machine.threads, 2);
  EXPECT_EQ(machine.products.value, 200e9);
  EXPECT_EQ(machine.geometry.units, 2);
  EXPECT_DOUBLE_EQ(machine.feeding.kernel.value, 3e-6) << "dispatch and barrier";
  const Machine one = machine_of(invented_cpu(), {.threads = 1});
  EXPECT_EQ(one.products.value, 100e9);
  EXPECT_DOUBLE_EQ(one.feeding.kernel.value, 1e-6) << "nobody to wait for";
}

TEST(MachineFrom, MemoriesOfOwnAreThereForEachThread) {
  const Machine machine = machine_of(invented_cpu());
  ASSERT_EQ(machine.tiers.size(), 3U);
  EXPECT_EQ(machine.tiers[0].capacity, 2 * 32768.0);
  EXPECT_EQ(machine.tiers[2].capacity, 8e9) << "shared by all";
  EXPECT_EQ(machine.memory_bytes, 8e9);
}

TEST(MachineFrom, ARateOfOneThreadIsThatOfEachWhereTheMemoryIsItsOwn) {
  HardwareProfile profile = invented_cpu();
  profile.memory[0].rates.resize(1);  // L1 on one thread only.
  EXPECT_EQ(machine_of(profile).tiers[0].read.value, 200e9);
  profile.memory[2].rates.resize(1);  // Main memory is shared: two threads are not twice as fast.
  const auto machine = machine_from(profile, {});
  ASSERT_FALSE(machine);
  EXPECT_THAT(machine.error().message(),
              ::testing::HasSubstr("memory DRAM has no rate on 2 threads; `assay probe`"));
}

TEST(MachineFrom, ADeviceIsFedAsItsModeSays) {
  using backend::CompileMode;
  const auto fed = [](CompileMode mode) {
    return machine_of(invented_gpu(), {.mode = mode}).feeding;
  };
  EXPECT_DOUBLE_EQ(fed(CompileMode::kNone).call.value, 20e-6);
  EXPECT_DOUBLE_EQ(fed(CompileMode::kDefault).call.value, 4e-6);
  EXPECT_DOUBLE_EQ(fed(CompileMode::kDefault).kernel.value, 2e-6);
  EXPECT_DOUBLE_EQ(fed(CompileMode::kReduceOverhead).call.value, 0);
  EXPECT_DOUBLE_EQ(fed(CompileMode::kReduceOverhead).kernel.value, 1e-6);
  EXPECT_DOUBLE_EQ(fed(CompileMode::kReduceOverhead).replay.value, 10e-6);
  EXPECT_DOUBLE_EQ(fed(CompileMode::kReduceOverhead).finish, 11e-6);
}

TEST(MachineFrom, APeakOfADatasheetIsReachedInPart) {
  const Machine machine = machine_of(invented_gpu(), {.multiplied = tensor::DType::kF16});
  EXPECT_EQ(machine.products.value, 100e12);
  EXPECT_EQ(machine.efficiency.value, 0.5);
  EXPECT_EQ(machine.vector.value, 10e12);
  EXPECT_DOUBLE_EQ(machine.tiers[0].read.value, 0.8e12);
  EXPECT_EQ(machine.tiers[0].read.provenance, Provenance::kAssumed);
}

TEST(MachineFrom, WhatNothingCanBePredictedWithoutIsAnError) {
  const auto message = [](const HardwareProfile& profile, const MachineOptions& options) {
    const auto machine = machine_from(profile, options);
    EXPECT_FALSE(machine);
    return machine ? std::string() : machine.error().message();
  };
  EXPECT_THAT(message(invented_gpu(), {.multiplied = tensor::DType::kI8}),
              ::testing::HasSubstr("has no peak of i8"));
  HardwareProfile profile = invented_cpu();
  profile.memory.clear();
  EXPECT_THAT(message(profile, {}), ::testing::HasSubstr("has no memory"));
  profile = invented_cpu();
  profile.kind = "loom";
  EXPECT_THAT(message(profile, {}), ::testing::HasSubstr("how a loom works"));
}

TEST(MachineFrom, SaysWhatItLeavesOut) {
  HardwareProfile profile = invented_gpu();
  profile.numbers.erase(profile.numbers.begin());
  EXPECT_THAT(machine_of(profile).left_out,
              ::testing::Contains(::testing::HasSubstr("waves of tiles are not considered")));
}

TEST(Uncertain, AnIntervalBecomesASpread) {
  Quantity quantity = invented_quantity(100);
  quantity.interval = Interval{100 / std::exp(0.196), 100 * std::exp(0.196)};
  EXPECT_NEAR(uncertain(quantity).spread, 0.1, 1e-9) << "measured: 95 %";
  quantity.provenance = Provenance::kAssumed;
  EXPECT_NEAR(uncertain(quantity).spread, 0.196 / 1.2816, 1e-9) << "assumed: taken as 80 %";
  quantity.interval.reset();
  EXPECT_NEAR(std::exp(uncertain(quantity).spread * 1.2816), 2, 0.01) << "a factor of two";
  quantity.provenance = Provenance::kDatasheet;
  EXPECT_EQ(uncertain(quantity).spread, 0);
}

TEST(ShareAt, IsThePointAtThePointAndBetweenBetween) {
  const ShapeCurve curve{.axes = {Axis::kElements},
                         .points = {{.at = {10}, .share = 0.2}, {.at = {20}, .share = 0.8}}};
  KernelView kernel;
  const auto at = [&](double elements) {
    kernel.extents[static_cast<std::size_t>(Axis::kElements)] = elements;
    return share_at(curve, kernel);
  };
  EXPECT_NEAR(at(1024), 0.2, 1e-3);
  EXPECT_NEAR(at(1 << 20), 0.8, 1e-3);
  EXPECT_NEAR(at(1 << 15), 0.5, 1e-3) << "as far from both";
  EXPECT_GT(at(1 << 18), 0.7);
  EXPECT_LT(at(1), 0.3) << "beyond the points the nearest counts";
}

TEST(MachineFrom, ACurveIsTakenWithoutWhatTheShapeExplains) {
  HardwareProfile profile = invented_cpu();
  EfficiencyCurve curve{.kernel = "gemm",
                        .dtype = "f32",
                        .threads = 2,
                        .of = "compute",
                        .axes = {"m", "n", "k"},
                        .points = {}};
  curve.points = {{.at = {4, 8, 512}, .share = invented_quantity(0.4)}};
  profile.curves = {curve};
  const Machine machine = machine_of(profile);
  const auto& taken = machine.curves[static_cast<std::size_t>(KernelClass::kProduct)];
  ASSERT_TRUE(taken);
  EXPECT_NEAR(taken->points[0].share, 0.8, 1e-9)
      << "one tile of 4 x 8 leaves one of two threads idle: half is the shape's";
  EXPECT_TRUE(machine.curves[static_cast<std::size_t>(KernelClass::kConvolution)])
      << "convolutions are products of another layout";
  EXPECT_FALSE(machine.curves[static_cast<std::size_t>(KernelClass::kNorm)]);
}

}  // namespace
}  // namespace assay::oracle
