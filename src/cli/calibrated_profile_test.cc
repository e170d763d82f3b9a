// SPDX-License-Identifier: MIT
#include "cli/calibrated_profile.h"

#include <gmock/gmock.h>

#include "core/codec/temporary_folder.h"
#include "oracle/calibrate/invented_sweep.h"
#include "oracle/calibrate/profile_link.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;

class CalibratedProfile : public ::testing::Test {
 protected:
  /// What is in force in the file after each step.
  std::int64_t in_force() const {
    const auto profile = read_calibrated_profile(path_);
    EXPECT_TRUE(profile && *profile);
    return (*profile)->calibration ? (*profile)->calibration->version : 0;
  }
  void apply(const char* hash) {
    auto profile = calibrate::profile_of(calibrate::invented_machine(), "here", "2026-11-21");
    if (const auto there = read_calibrated_profile(path_); there && *there) profile = **there;
    oracle::Calibration calibration;
    calibration.version = next_version(path_, profile);
    calibration.model = "cpu/1";
    calibration.date = "2026-11-21";
    calibration.data_hash = hash;
    calibration.judgement = "calibrated for a test";
    calibration.coefficients = {{"call", 1.5, "ns", Interval{1, 2}}};
    calibration.covariance = {{0.25}};
    profile.calibration = calibration;
    const auto applied = apply_calibration(profile, path_);
    EXPECT_TRUE(applied) << applied.error().to_string();
  }
  codec::TemporaryFolder folder_{"calibrated_profile"};
  std::filesystem::path path_ = folder_.path() / "here.yaml";
};

TEST_F(CalibratedProfile, EveryVersionCanBeGoneBackFrom) {
  EXPECT_FALSE(read_calibrated_profile(path_)->has_value()) << "no file, no profile, no error";
  apply("a");
  apply("b");
  EXPECT_EQ(in_force(), 2);
  EXPECT_EQ(*revert_calibration(path_), 1);
  EXPECT_EQ(in_force(), 1);
  EXPECT_EQ((*read_calibrated_profile(path_))->calibration->data_hash, "a");
  EXPECT_EQ(*revert_calibration(path_), 0);
  EXPECT_EQ(in_force(), 0);
  const auto nothing = revert_calibration(path_);
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.error().to_string(), HasSubstr("nothing to go back from"));
  apply("c");
  EXPECT_EQ(in_force(), 3) << "a version names one fit for ever";
}

TEST_F(CalibratedProfile, HasANameThatAFileCanHave) {
  EXPECT_FALSE(host_profile_name().empty());
  EXPECT_EQ(host_profile_name().find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"),
            std::string::npos);
  EXPECT_EQ(base_profile_path("/x/y.yaml"), "/x/y.yaml");
  EXPECT_EQ(calibrated_profile_path("/x/y.yaml"), "/x/calibrations/y.yaml");
  EXPECT_EQ(base_profile_path("l40s").filename(), "l40s.yaml");
}

TEST(ThisMachine, HasAPeakAndTiersThatGrow) {
  EXPECT_GE(threads_or_all(0), 1);
  EXPECT_EQ(threads_or_all(3), 3);
  const auto machine = this_machine(1);
  ASSERT_TRUE(machine) << machine.error().to_string();
  EXPECT_EQ(machine->threads, 1);
  EXPECT_GT(machine->flops_per_second, 1e8);
  ASSERT_GE(machine->tiers.size(), 2U);
  for (std::size_t i = 0; i + 1 < machine->tiers.size(); ++i) {
    const auto& near = machine->tiers[i];
    const auto& far = machine->tiers[i + 1];
    EXPECT_GT(near.capacity_bytes, 0);
    EXPECT_TRUE(far.capacity_bytes == 0 || far.capacity_bytes > near.capacity_bytes);
    EXPECT_GE(near.bytes_per_second, far.bytes_per_second);
  }
  EXPECT_EQ(machine->tiers.back().capacity_bytes, 0) << "main memory holds everything";
}

}  // namespace
}  // namespace assay::cli
