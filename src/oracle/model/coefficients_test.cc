// SPDX-License-Identifier: MIT
#include "oracle/model/coefficients.h"

#include <gmock/gmock.h>

#include <set>

#include "oracle/model/invented_profile.h"

namespace assay::oracle {
namespace {

TEST(Coefficients, ValuesGoAroundInTheOrderOfTheList) {
  std::vector<double> values;
  for (std::size_t i = 0; i < coefficient_list().size(); ++i) {
    values.push_back(1 + static_cast<double>(i) / 16);
  }
  EXPECT_EQ(values_of(coefficients_of(values)), values);
}

TEST(Coefficients, PriorsAreWhatIsPredictedWithoutAFit) {
  std::set<std::string> names;
  const std::vector<double> priors = values_of(Coefficients());
  ASSERT_EQ(priors.size(), coefficient_list().size());
  for (std::size_t i = 0; i < priors.size(); ++i) {
    const CoefficientDefinition& definition = coefficient_list()[i];
    EXPECT_EQ(definition.prior, priors[i]) << definition.name;
    EXPECT_LE(definition.low, definition.prior) << definition.name;
    EXPECT_GE(definition.high, definition.prior) << definition.name;
    EXPECT_FALSE(definition.meaning.empty());
    EXPECT_TRUE(names.insert(definition.name).second) << definition.name;
  }
}

TEST(Coefficients, AreReadFromAProfile) {
  HardwareProfile profile = invented_cpu();
  EXPECT_FALSE(coefficients_of(profile)->is_fitted);
  profile.calibration = Calibration{};
  profile.calibration->model = kModelName;
  profile.calibration->coefficients = {
      {.name = "compute.product", .value = 1.5, .unit = "1", .interval = {}},
      {.name = "scatter", .value = 0.07, .unit = "1", .interval = {}}};
  const auto fitted = coefficients_of(profile);
  ASSERT_TRUE(fitted) << fitted.error().to_string();
  EXPECT_TRUE(fitted->is_fitted);
  EXPECT_EQ(fitted->of(KernelClass::kProduct).compute, 1.5);
  EXPECT_EQ(fitted->of(KernelClass::kProduct).memory, 1) << "not named: its prior";
  EXPECT_EQ(fitted->scatter, 0.07);
}

TEST(Coefficients, AreNotThoseOfAnotherModelAndRefuseUnknownNames) {
  HardwareProfile profile = invented_cpu();
  profile.calibration = Calibration{};
  profile.calibration->model = "kernels/0";
  profile.calibration->coefficients = {
      {.name = "compute.product", .value = 9, .unit = "1", .interval = {}}};
  ASSERT_TRUE(coefficients_of(profile));
  EXPECT_EQ(coefficients_of(profile)->of(KernelClass::kProduct).compute, 1);
  EXPECT_FALSE(coefficients_of(profile)->is_fitted);
  profile.calibration->model = kModelName;
  profile.calibration->coefficients = {
      {.name = "compute.produkt", .value = 1.5, .unit = "1", .interval = {}}};
  EXPECT_THAT(coefficients_of(profile).error().message(),
              ::testing::HasSubstr("did you mean compute.product?"));
}

}  // namespace
}  // namespace assay::oracle
