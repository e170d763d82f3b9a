// SPDX-License-Identifier: MIT
#include "oracle/model/predict.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"
#include "engine/models/model_list.h"
#include "oracle/model/invented_profile.h"

namespace assay::oracle {
namespace {

using backend::CompileMode;

Machine machine_of(const HardwareProfile& profile, const MachineOptions& options = {}) {
  auto machine = machine_from(profile, options);
  EXPECT_TRUE(machine) << machine.error().to_string();
  return *std::move(machine);
}

PlanView view_of(const std::string& model, std::int64_t batch, const ViewOptions& options = {}) {
  const auto graph = models::build_model(model);
  EXPECT_TRUE(graph) << graph.error().to_string();
  auto view = view_plan(*graph, {{"batch", batch}}, options);
  EXPECT_TRUE(view) << view.error().to_string();
  return *std::move(view);
}

/// A view of one kernel, for parts that are easy to work out by hand.
PlanView one_kernel(double products, double rest, std::vector<TensorUse> uses) {
  PlanView view;
  KernelView kernel;
  kernel.op = "linear";
  kernel.kind = KernelClass::kProduct;
  kernel.count.products = products;
  kernel.count.flops = products + rest;
  kernel.count.width = 1e6;
  kernel.uses = std::move(uses);
  view.kernels = {kernel};
  view.sum = kernel.count;
  return view;
}

Machine plain_machine() {
  Machine machine = machine_of(invented_cpu());
  machine.efficiency.value = 1;
  return machine;
}

TEST(Predict, ArithmeticAloneIsWorkOverRate) {
  const Prediction prediction = predict(one_kernel(2e9, 0, {}), plain_machine(), Coefficients());
  EXPECT_NEAR(prediction.seconds, 3e-6 + 2e9 / 200e9, 1e-12);
  EXPECT_EQ(prediction.kernels[0].bound, static_cast<int>(Part::kProducts));
}

TEST(Predict, OnACpuAllArithmeticIsDoneByTheSameUnits) {
  const Prediction prediction = predict(one_kernel(2e9, 1e9, {}), plain_machine(), Coefficients());
  EXPECT_NEAR(prediction.seconds, 3e-6 + 3e9 / 200e9, 1e-12);
}

TEST(Predict, MemoryIsTheTierThatHoldsWhatIsTouched) {
  const struct {
    double distance;
    double rate;
    std::string_view tier;
  } cases[] = {{60e3, 100e9, "L1"}, {1e6, 50e9, "L2"}, {1e9, 10e9, "DRAM"}};
  Machine machine = plain_machine();
  machine.feeding = {};
  for (const auto& [distance, rate, tier] : cases) {
    const Prediction prediction = predict(one_kernel(0, 0, {{.bytes = 50e3, .distance = distance}}),
                                          machine, Coefficients{.overlap = 32});
    EXPECT_EQ(to_text(prediction.kernels[0].bound, machine), tier);
    EXPECT_NEAR(prediction.seconds, 50e3 / rate, 0.02 * 50e3 / rate) << tier;
  }
}

TEST(Predict, WhatComesFromFarComesThroughTheNearToo) {
  const Machine machine = plain_machine();
  const Prediction prediction =
      predict(one_kernel(0, 0, {{.bytes = 1e6, .distance = 1e9}, {.bytes = 9e6, .distance = 1e4}}),
              machine, Coefficients());
  const auto& parts = prediction.kernels[0].parts;
  EXPECT_NEAR(parts[static_cast<std::size_t>(Part::kMemory) + 2], 1e6 / 10e9, 1e-12);
  EXPECT_NEAR(parts[static_cast<std::size_t>(Part::kMemory) + 1], 1e6 / 50e9, 1e-12);
  EXPECT_NEAR(parts[static_cast<std::size_t>(Part::kMemory)], 10e6 / 100e9, 1e-12);
}

TEST(Predict, OverlapRunsFromTheSumToTheLarger) {
  const PlanView view = one_kernel(2e9, 0, {{.bytes = 100e6, .distance = 1e9}});
  Machine machine = plain_machine();
  machine.tiers.erase(machine.tiers.begin(), machine.tiers.begin() + 2);  // Memory alone.
  const auto seconds = [&](double overlap) {
    return predict(view, machine, Coefficients{.overlap = overlap}).seconds - 3e-6;
  };
  EXPECT_NEAR(seconds(1), 10e-3 + 10e-3, 1e-9);
  EXPECT_NEAR(seconds(32), 10e-3, 0.3e-3);
}

TEST(Predict, CoefficientsDoWhatTheyAreCalled) {
  const PlanView view = one_kernel(2e9, 0, {});
  const Machine machine = plain_machine();
  Coefficients coefficients;
  coefficients.run_ns = 500;
  coefficients.kernel_ns = 2000;
  coefficients.classes[0].compute = 2;
  EXPECT_NEAR(predict(view, machine, coefficients).seconds, 0.5e-6 + 3e-6 + 2e-6 + 20e-3, 1e-9);
}

TEST(Predict, ADeviceWaitsForWhoeverFeedsIt) {
  const PlanView view = view_of("mlp64-64-64", 1, {.style = PlanStyle::kAccelerator});
  const auto seconds = [&](CompileMode mode) {
    return predict(view, machine_of(invented_gpu(), {.mode = mode}), Coefficients()).seconds;
  };
  const auto kernels = static_cast<double>(view.kernels.size());
  EXPECT_NEAR(seconds(CompileMode::kNone), kernels * 20e-6 + 2e-6 + 11e-6, 1e-6)
      << "each kernel is done before the next is called";
  EXPECT_NEAR(seconds(CompileMode::kReduceOverhead), 10e-6 + kernels * 1e-6 + 11e-6, 2e-6);
}

/// A machine that is better in anything is never predicted to be slower.
TEST(Predict, MoreOfAnythingIsNeverSlower) {
  Random random(3);
  const PlanView views[] = {view_of("vit32x6x384", 1), view_of("resnet18", 1),
                            view_of("mlp512-512-512-128", 32)};
  for (int i = 0; i < 200; ++i) {
    Machine machine = plain_machine();
    machine.products.value *= 0.1 + 10 * random.uniform();
    machine.tiers[2].read.value *= 0.1 + 3 * random.uniform();
    const PlanView& view = views[random.below(3)];
    const double before = predict(view, machine, Coefficients()).seconds;
    switch (random.below(4)) {
      case 0:
        machine.products.value *= 1.5;
        break;
      case 1:
        machine.tiers[2].read.value *= 1.5;
        break;
      case 2:
        machine.tiers[1].capacity *= 4;
        break;
      default:
        machine.feeding.kernel.value /= 2;
    }
    EXPECT_LE(predict(view, machine, Coefficients()).seconds, before * (1 + 1e-9)) << i;
  }
}

TEST(Predict, PartsMakeUpTheWhole) {
  const Prediction prediction = predict(view_of("vit32x6x384", 4), plain_machine(), Coefficients());
  double sum = 0;
  for (const double part : prediction.parts)
    sum += part;
  EXPECT_NEAR(sum, prediction.seconds, 1e-12);
}

TEST(Predict, LessIsKnownOfWhatNobodyMeasured) {
  const PlanView view = view_of("vit32x6x384", 1);
  const auto width = [&](Provenance provenance) {
    HardwareProfile profile = invented_cpu(provenance);
    for (ComputePeak& peak : profile.peaks)
      peak.flops_per_second.interval.reset();
    profile.numbers = {{"product_efficiency", invented_quantity(0.7, provenance)}};
    const Prediction prediction = predict(view, machine_of(profile), Coefficients());
    EXPECT_EQ(prediction.is_of_measured, provenance == Provenance::kMeasured);
    EXPECT_LT(prediction.interval.low, prediction.seconds);
    EXPECT_GT(prediction.interval.high, prediction.seconds);
    return prediction.interval.high / prediction.interval.low;
  };
  EXPECT_GT(width(Provenance::kAssumed), 1.5 * width(Provenance::kMeasured));
}

TEST(Predict, AFitNarrowsTheInterval) {
  const PlanView view = view_of("vit32x6x384", 1);
  const Machine machine = plain_machine();
  const Prediction before = predict(view, machine, Coefficients());
  const Prediction after = predict(view, machine, Coefficients{.scatter = 0.05, .is_fitted = true});
  EXPECT_LT(after.interval.high / after.interval.low, before.interval.high / before.interval.low);
  EXPECT_TRUE(after.is_fitted);
}

TEST(Predict, EnergyHasItsPartsOrSaysWhichIsMissing) {
  HardwareProfile profile = invented_cpu();
  const PlanView view = one_kernel(2e9, 0, {{.bytes = 100e6, .distance = 1e9}});
  const Prediction without = predict(view, machine_of(profile), Coefficients());
  EXPECT_FALSE(without.energy.sum.has_number());
  EXPECT_EQ(without.energy.arithmetic.state(), State::kUnsupported);
  profile.energy = {{"flop/f32", invented_quantity(10e-12)},
                    {"byte/DRAM", invented_quantity(50e-12)}};
  profile.numbers = {{"idle_watts", invented_quantity(20)}};
  const Prediction with = predict(view, machine_of(profile), Coefficients());
  ASSERT_TRUE(with.energy.sum.has_number());
  EXPECT_NEAR(with.energy.arithmetic.number(), 2e9 * 10e-12, 1e-9);
  EXPECT_NEAR(with.energy.memory.number(), 100e6 * 50e-12, 1e-9);
  EXPECT_NEAR(with.energy.idle.number(), 20 * with.seconds, 1e-9);
  EXPECT_EQ(with.energy.sum.state(), State::kEstimated);
}

TEST(Predict, SaysWhereItDoesNotFit) {
  Machine machine = plain_machine();
  const PlanView view = view_of("vit32x6x384", 1);
  EXPECT_TRUE(predict(view, machine, Coefficients()).fits_memory);
  machine.memory_bytes = view.weight_bytes / 2;
  EXPECT_FALSE(predict(view, machine, Coefficients()).fits_memory);
}

}  // namespace
}  // namespace assay::oracle
