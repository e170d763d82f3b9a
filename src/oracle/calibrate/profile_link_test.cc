// SPDX-License-Identifier: MIT
#include "oracle/calibrate/profile_link.h"

#include <gmock/gmock.h>

#include "oracle/calibrate/invented_sweep.h"

namespace assay::calibrate {
namespace {

using ::testing::HasSubstr;

oracle::HardwareProfile invented_profile() {
  return profile_of(invented_machine(), "invented", "2026-11-21");
}

const Judgement& judged() {
  static const Judgement judgement = [] {
    const CpuModel truth(invented_machine());
    auto made = judge(invented_sweep(truth, planted_values(truth, {{"step", 2}}), 0.04, 5),
                      std::make_shared<const CpuModel>(invented_machine()), {});
    EXPECT_TRUE(made) << made.error().to_string();
    return *std::move(made);
  }();
  return judgement;
}

TEST(ProfileLink, APriorSurvivesItsProfileAndItsFile) {
  const oracle::HardwareProfile profile = invented_profile();
  const auto read = oracle::parse_hardware_profile(to_yaml(profile), "invented.yaml");
  ASSERT_TRUE(read) << read.error().to_string();
  const MachinePrior before = invented_machine();
  const auto prior = prior_of(*read, before.threads);
  ASSERT_TRUE(prior) << prior.error().to_string();
  EXPECT_EQ(prior->flops_per_second, before.flops_per_second);
  ASSERT_EQ(prior->tiers.size(), before.tiers.size());
  for (std::size_t i = 0; i < before.tiers.size(); ++i) {
    EXPECT_EQ(prior->tiers[i].name, before.tiers[i].name);
    EXPECT_EQ(prior->tiers[i].bytes_per_second, before.tiers[i].bytes_per_second);
    EXPECT_EQ(prior->tiers[i].capacity_bytes, before.tiers[i].capacity_bytes);
  }
}

TEST(ProfileLink, WhatWasAppliedIsWhatPredicts) {
  oracle::HardwareProfile profile = invented_profile();
  profile.calibration = calibration_of(judged(), 3, "2026-11-21");
  const auto read = oracle::parse_hardware_profile(to_yaml(profile), "invented.yaml");
  ASSERT_TRUE(read) << read.error().to_string();
  const CpuModel model(*prior_of(*read, 2));
  const auto applied = applied_fit(*read, model);
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->version, 3);
  EXPECT_EQ(applied->half_width, judged().half_width);
  for (const Point& point : judged().points) {
    EXPECT_DOUBLE_EQ(model.predict(point.work, applied->values),
                     judged().model->predict(point.work, judged().fit.values()));
  }
  EXPECT_EQ(read->calibration->data_hash, data_hash(judged().points));
  EXPECT_EQ(read->calibration->covariance.size(), read->calibration->coefficients.size());
  EXPECT_THAT(read->calibration->judgement, HasSubstr("calibrated for mlp"));
}

TEST(ProfileLink, TheCurrentFactorSaysWhereItIsFrom) {
  oracle::HardwareProfile profile = invented_profile();
  EXPECT_THAT(current_factor(profile).source, HasSubstr("assumed"));
  oracle::EfficiencyPoint point{.at = {64}, .share = {}};
  point.share.value = 0.61;
  profile.curves.push_back({.kernel = "gemm",
                            .dtype = "f32",
                            .threads = 2,
                            .of = "compute",
                            .axes = {"m"},
                            .points = {point}});
  EXPECT_EQ(current_factor(profile).value, 0.61);
  profile.calibration = calibration_of(judged(), 4, "2026-11-21");
  EXPECT_THAT(current_factor(profile).source, HasSubstr("calibration 4"));
}

TEST(ProfileLink, WhatDoesNotFitIsAMistakeWithAWayOut) {
  const CpuModel model(invented_machine());
  oracle::HardwareProfile profile = invented_profile();
  EXPECT_THAT(applied_fit(profile, model).error().to_string(), HasSubstr("holds no calibration"));
  profile.calibration = calibration_of(judged(), 1, "2026-11-21");
  profile.calibration->model = "other/1";
  EXPECT_THAT(applied_fit(profile, model).error().to_string(), HasSubstr("is of model other/1"));
  profile.calibration->model = "cpu/1";
  profile.calibration->coefficients.front().value = 1e300;
  EXPECT_THAT(applied_fit(profile, model).error().to_string(), HasSubstr("call is 1e+300"));
  profile.calibration->coefficients.erase(profile.calibration->coefficients.begin());
  EXPECT_THAT(applied_fit(profile, model).error().to_string(), HasSubstr("no coefficient call"));
  profile.memory.clear();
  EXPECT_THAT(prior_of(profile, 2).error().to_string(), HasSubstr("no memory tier"));
}

}  // namespace
}  // namespace assay::calibrate
