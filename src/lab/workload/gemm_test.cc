// SPDX-License-Identifier: MIT
#include "lab/workload/gemm.h"

#include <gmock/gmock.h>

#include "lab/workload/arm_under_test.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

spec::Factors sizes(std::int64_t m, std::int64_t n, std::int64_t k) {
  return {{"m", m}, {"n", n}, {"k", k}};
}

spec::Factors with(spec::Factors factors, std::string_view name, spec::Scalar value) {
  factors.set(name, std::move(value));
  return factors;
}

TEST(GemmWorkload, AppliesEveryFactorAndIsRight) {
  WorkloadUnderTest workload(gemm_workload());
  for (const std::string library : {"openblas", "onednn", "reference"}) {
    for (const bool transposed : {false, true}) {
      for (const std::int64_t multiple : {1, 16}) {
        spec::Factors settings = sizes(33, 29, 107);
        settings.set("library", library);
        settings.set("transpose_a", transposed);
        settings.set("transpose_b", !transposed);
        settings.set("ld_multiple", multiple);
        settings.set("ld_pad", std::int64_t{multiple == 1 ? 5 : 0});
        settings.set("offset", std::int64_t{12});
        SCOPED_TRACE(to_text(settings));
        EXPECT_THAT(workload.not_applied(settings), IsEmpty());
        const auto arm = workload.arm(settings);
        ASSERT_NE(arm, nullptr);
        const Result<Verdict> verdict = arm->verify();
        ASSERT_TRUE(verdict.has_value()) << verdict.error().to_string();
        EXPECT_TRUE(verdict->correct) << verdict->method << ": " << verdict->error;
        EXPECT_EQ(arm->work().units, 33.0 * 29 * 107);
        EXPECT_NE(arm->mechanism().find("kernel"), nullptr);
      }
    }
  }
}

TEST(GemmWorkload, ReadsLayoutOffTheTensors) {
  WorkloadUnderTest workload(gemm_workload(), 1);
  spec::Factors settings = with(sizes(8, 16, 107), "ld_multiple", std::int64_t{16});
  settings.set("offset", std::int64_t{4});
  const spec::Factors observed = workload.arm(settings)->observed();
  EXPECT_EQ(*observed.integer("lda"), 112);
  EXPECT_EQ(*observed.integer("ldb"), 16);
  EXPECT_EQ(*observed.integer("a_mod_64"), 4);
  EXPECT_EQ(*observed.integer("a_page_offset"), workload.buffers().page_offset("a") + 4);
  EXPECT_EQ(*observed.integer("threads"), 1);
  EXPECT_EQ(*observed.text("dtype"), "f32");
}

TEST(GemmWorkload, ArmsShareTheirBuffers) {
  WorkloadUnderTest workload(gemm_workload());
  const auto one = workload.arm(with(sizes(20, 20, 20), "library", std::string("openblas")));
  const auto two = workload.arm(with(sizes(20, 20, 20), "library", std::string("onednn")));
  EXPECT_EQ(*one->observed().integer("c_page_offset"), *two->observed().integer("c_page_offset"));
  EXPECT_TRUE(one->verify()->correct);
  EXPECT_TRUE(two->verify()->correct);
}

TEST(GemmWorkload, RotatesThroughCopies) {
  WorkloadUnderTest workload(gemm_workload(), 1);
  const spec::Factors settings = with(sizes(256, 256, 256), "cache", std::string("rotated"));
  EXPECT_THAT(workload.not_applied(settings), IsEmpty());
  const auto arm = workload.arm(settings);
  EXPECT_GE(*arm->observed().integer("copies"), 2);
  EXPECT_TRUE(arm->run(*arm->observed().integer("copies") + 1).has_value());
  EXPECT_TRUE(arm->verify()->correct);
  WorkloadUnderTest by_policy(gemm_workload(), 1, measure::CacheState::kRotated);
  EXPECT_THAT(by_policy.not_applied(sizes(256, 256, 256)), IsEmpty());
  EXPECT_GE(*by_policy.arm(sizes(256, 256, 256))->observed().integer("copies"), 2);
}

TEST(GemmWorkload, SaysWhatItCannotDo) {
  WorkloadUnderTest workload(gemm_workload());
  for (const std::string dtype : {"f16", "bf16"}) {
    EXPECT_THAT(workload.unsupported_reason(with(sizes(8, 8, 8), "dtype", dtype)),
                HasSubstr(dtype + ":"));
  }
  const auto message = [&](std::string_view name, spec::Scalar value) {
    const Result<Preparation> prepared =
        workload.prepare(with(sizes(8, 8, 8), name, std::move(value)));
    return prepared ? std::string("prepared") : prepared.error().message();
  };
  EXPECT_THAT(message("dtype", std::string("f31")),
              HasSubstr("unknown dtype: f31; did you mean f32? known: f64, f32, "));
  EXPECT_THAT(message("library", std::string("openbras")), HasSubstr("did you mean openblas?"));
  EXPECT_EQ(message("offset", std::int64_t{2}), "offset must be a multiple of 4 bytes: got 2");
  EXPECT_THAT(message("m", std::int64_t{1} << 60), HasSubstr("64 bits"));
}

}  // namespace
}  // namespace assay::workload
