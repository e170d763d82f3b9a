// SPDX-License-Identifier: MIT
#include "oracle/probe/probe.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "oracle/probe/drift.h"

namespace assay::probe {
namespace {

using oracle::HardwareProfile;

const Result<HardwareProfile>& quick_probe() {
  static const auto profile =
      run_probe({.name = "here", .threads = 0, .is_quick = true, .memory_most = Bytes(32 << 20)});
  return profile;
}

/// Whatever the machine and however busy: every number is positive, measured, dated and says how,
/// and the profile survives its file.
TEST(Probe, EveryNumberSaysHowItWasMeasured) {
  const auto& profile = quick_probe();
  ASSERT_TRUE(profile) << profile.error().to_string();
  int measured_count = 0;
  for (const auto& [name, quantity] : profile->quantities()) {
    EXPECT_GT(quantity->value, 0) << name;
    EXPECT_FALSE(quantity->source.empty()) << name;
    EXPECT_EQ(quantity->date.size(), 10U) << name;
    EXPECT_FALSE(quantity->unit.empty()) << name;
    measured_count += quantity->provenance == oracle::Provenance::kMeasured ? 1 : 0;
  }
  EXPECT_GT(measured_count, 40);
  const auto again = oracle::parse_hardware_profile(oracle::to_yaml(*profile), "here.yaml");
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(oracle::to_yaml(*again), oracle::to_yaml(*profile));
  for (const DriftLine& line : compare_profiles(*profile, *again)) {
    EXPECT_EQ(line.drift, Drift::kSame) << line.name;
  }
}

TEST(Probe, HasEverySection) {
  const auto& profile = quick_probe();
  ASSERT_TRUE(profile) << profile.error().to_string();
  EXPECT_EQ(profile->kind, "cpu");
  EXPECT_TRUE(profile->best_peak("f32", 1)) << "on every machine";
  EXPECT_TRUE(profile->best_peak("f64", 1));
  EXPECT_TRUE(profile->has("clock_hz"));
  EXPECT_EQ((*profile->main_memory())->name, "DRAM");
  EXPECT_TRUE(profile->overhead("clock", 1));
  std::vector<std::string> kernels;
  for (const auto& curve : profile->curves) {
    EXPECT_FALSE(curve.points.empty()) << curve.kernel;
    kernels.push_back(curve.kernel);
  }
  EXPECT_THAT(kernels, ::testing::IsSupersetOf({"gemm", "attention", "norm", "softmax",
                                                "elementwise", "copy", "read"}));
  std::vector<std::string> absent;
  for (const auto& one : profile->absent) {
    EXPECT_FALSE(one.reason.empty()) << one.what;
    absent.push_back(one.what);
  }
  EXPECT_THAT(absent, ::testing::Contains("peak of bf16"));
}

TEST(Probe, RefusesWhatCannotBe) {
  const auto small = run_probe({.name = "x", .is_quick = true, .memory_most = Bytes(1 << 20)});
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().blame(), Blame::kEnvironment);
  EXPECT_THAT(small.error().message(), ::testing::HasSubstr("a probe needs 16 MiB"));
  const auto many =
      run_probe({.name = "x", .threads = 4'096, .is_quick = true, .memory_most = Bytes(16 << 20)});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().blame(), Blame::kUser);
}

}  // namespace
}  // namespace assay::probe
