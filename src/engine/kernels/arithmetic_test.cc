// SPDX-License-Identifier: MIT
#include "engine/kernels/arithmetic.h"

#include <gmock/gmock.h>

namespace assay::kernels {
namespace {

using tensor::DType;
using ::testing::HasSubstr;

constexpr CpuFeatures kZen3{.is_known = true, .avx2_fma = true, .f16_conversion = true};
constexpr CpuFeatures kSapphireRapids{.is_known = true,
                                      .avx2_fma = true,
                                      .avx512 = true,
                                      .f16_conversion = true,
                                      .f16_arithmetic = true,
                                      .bf16_dot = true,
                                      .amx_bf16 = true};

TEST(Arithmetic, SaysWhichInstructionIsMissing) {
  EXPECT_EQ(missing_arithmetic(DType::kF32, kZen3), std::nullopt);
  EXPECT_EQ(missing_arithmetic(DType::kF16, kZen3),
            "f16: this CPU lacks AVX512-FP16; F16C is there, which converts but does not "
            "calculate");
  EXPECT_EQ(missing_arithmetic(DType::kBf16, kZen3),
            "bf16: this CPU lacks AVX512-BF16 and AMX-BF16");
}

TEST(Arithmetic, BlamesTheBuildWhereTheCpuCould) {
  for (const DType dtype : {DType::kF16, DType::kBf16, DType::kF64, DType::kI8}) {
    EXPECT_THAT(missing_arithmetic(dtype, kSapphireRapids).value_or(""), HasSubstr("this build"));
  }
}

TEST(Arithmetic, DoesNotGuessOnAnUnknownArchitecture) {
  EXPECT_THAT(missing_arithmetic(DType::kF16, {}).value_or(""), HasSubstr("not known"));
}

#if defined(__x86_64__)
TEST(Arithmetic, AgreesWithTheCompilersOwnQuestion) {
  const CpuFeatures features = cpu_features();
  EXPECT_EQ(features.avx2_fma, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
  EXPECT_EQ(features.avx512, __builtin_cpu_supports("avx512f") != 0);
}
#endif

}  // namespace
}  // namespace assay::kernels
