// SPDX-License-Identifier: MIT
#include "oracle/model/call_fit.h"

#include <gmock/gmock.h>

#include "engine/models/model_list.h"
#include "oracle/model/estimator.h"
#include "oracle/model/explanation.h"
#include "oracle/model/invented_profile.h"

namespace assay::oracle {
namespace {

using ::testing::HasSubstr;

Calibration invented_fit() {
  Calibration calibration;
  calibration.version = 3;
  calibration.model = kCallModel;
  const std::pair<const char*, double> values[] = {{"call", 5000},
                                                   {"step", 2000},
                                                   {"product_share", 0.8},
                                                   {"convolution_ratio", 0.5},
                                                   {"attention_ratio", 0.25},
                                                   {"vector_share", 0.1},
                                                   {"rows_half", 4},
                                                   {"bandwidth_L2", 40e9},
                                                   {"bandwidth_DRAM", 5e9}};
  for (const auto& [name, value] : values) {
    calibration.coefficients.push_back({name, value, "1", Interval{value * 0.9, value * 1.1}});
  }
  return calibration;
}

TEST(ApplyCallFit, PutsFittedNumbersInThePlaceOfTheProfiles) {
  auto machine = machine_from(invented_cpu(), {});
  ASSERT_TRUE(machine);
  ASSERT_TRUE(apply_call_fit(invented_fit(), *machine));
  EXPECT_DOUBLE_EQ(machine->feeding.kernel.value, 2e-6);
  EXPECT_DOUBLE_EQ(machine->feeding.finish, 5e-6);
  EXPECT_DOUBLE_EQ(machine->vector.value, 20e9);
  EXPECT_EQ(machine->tiers[0].read.value, 100e9) << "no fitted rate: as it was";
  EXPECT_EQ(machine->tiers[1].read.value, 40e9);
  EXPECT_EQ(machine->tiers[2].write.value, 5e9);
  EXPECT_EQ(machine->products.value, 200e9) << "the peak is the machine's";
}

TEST(FittedShare, FewRowsReachLess) {
  const CallFit fit{.product_share = 0.8, .convolution_ratio = 0.5, .rows_half = 4};
  KernelView kernel;
  kernel.kind = KernelClass::kProduct;
  kernel.extents[static_cast<std::size_t>(Axis::kM)] = 4;
  EXPECT_DOUBLE_EQ(fitted_share(fit, kernel), 0.4);
  kernel.kind = KernelClass::kConvolution;
  EXPECT_DOUBLE_EQ(fitted_share(fit, kernel), 0.2);
}

TEST(ApplyCallFit, IsWhatAnEstimateUses) {
  HardwareProfile profile = invented_cpu();
  const auto graph = models::build_model("mlp4096-4096-4096");
  ASSERT_TRUE(graph);
  const auto estimate = [&] {
    auto result = Estimator::create(profile)->estimate(*graph, {{"batch", 512}}, {});
    EXPECT_TRUE(result) << result.error().to_string();
    return *std::move(result);
  };
  profile.calibration = invented_fit();
  const Estimate fitted = estimate();
  const double products = 2 * 2.0 * 512 * 4096 * 4096;
  EXPECT_NEAR(fitted.prediction.seconds, products * (1 + 4.0 / 512) / (200e9 * 0.8),
              0.1 * fitted.prediction.seconds);
  EXPECT_FALSE(fitted.prediction.is_fitted) << "its error was judged for calls";
  EXPECT_THAT(explain(fitted), ::testing::Contains(HasSubstr("calibration 3 of whole calls")));
  profile.calibration->model = "loom/7";
  EXPECT_THAT(explain(estimate()), ::testing::Contains(HasSubstr("the model loom/7")));
}

TEST(ApplyCallFit, NamesWhatIsMissing) {
  for (const double broken : {0.0, -1.0}) {
    Calibration calibration = invented_fit();
    calibration.coefficients[1].value = broken;
    auto machine = machine_from(invented_cpu(), {});
    const auto applied = apply_call_fit(calibration, *machine);
    ASSERT_FALSE(applied);
    EXPECT_THAT(applied.error().message(), HasSubstr("has no positive step: calibrate again"));
  }
}

}  // namespace
}  // namespace assay::oracle
