// SPDX-License-Identifier: MIT
#include "lab/workload/gemm_call.h"

#include <gmock/gmock.h>

#include <array>

namespace assay::workload {
namespace {

TEST(GemmCall, EveryLibraryMultipliesAndSaysWhoItIs) {
  const std::array<float, 4> a{1, 2, 3, 4};
  const std::array<float, 4> b{5, 6, 7, 8};
  for (const std::string& library : gemm_libraries()) {
    std::array<float, 4> c{};
    const GemmCall::Operands operands{{a.data(), {2, 2}}, {b.data(), {2, 2}}, {c.data(), {2, 2}}};
    Result<GemmCall> call = GemmCall::create(library, {}, operands);
    ASSERT_TRUE(call.has_value()) << library;
    ASSERT_TRUE(call->run(operands).has_value());
    EXPECT_THAT(c, ::testing::ElementsAre(19, 22, 43, 50)) << library;
    for (const std::string_view name : {"library", "version", "kernel"}) {
      EXPECT_NE(*call->mechanism().text(name), "") << library;
    }
  }
}

TEST(MissingDtype, KnowsF32AndAnswersTheRest) {
  EXPECT_EQ(*missing_dtype("f32"), std::nullopt);
  EXPECT_TRUE(missing_dtype("f16")->has_value());
  EXPECT_FALSE(missing_dtype("f33").has_value());
}

}  // namespace
}  // namespace assay::workload
