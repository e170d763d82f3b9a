// SPDX-License-Identifier: MIT
#include "engine/conformance/invented_saboteur.h"

#include <gmock/gmock.h>

#include <cstring>

#include "engine/backends/reference/reference_device.h"
#include "engine/conformance/op_case.h"
#include "engine/conformance/suite.h"

namespace assay::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What the suite says of one case on a device that makes a mistake.
Report report_of(Sabotage sabotage) {
  const auto judge = reference::make_reference_device();
  Saboteur device(reference::make_reference_device(), std::move(sabotage));
  const OpCase add{.op = "add", .operands = "f32 3x5, f32 3x5"};
  Report report;
  run_case(make_model(add, Dress::kPlain), device, *judge, {.modes = {backend::CompileMode::kNone}},
           report);
  return report;
}

TEST(Saboteur, IsHonestWithoutSabotage) {
  const Report report = report_of({});
  EXPECT_THAT(report.failures, IsEmpty());
  EXPECT_GE(report.agreed, 2);  // Mode none, and default without each of the passes.
}

TEST(Saboteur, IsFoundByOneWrongElement) {
  const Report report = report_of(
      {.after = [](const auto& all) { static_cast<float*>(all.outputs[0].data)[14] += 1e-3F; }});
  EXPECT_EQ(report.agreed, 0);
  ASSERT_FALSE(report.failures.empty());
  EXPECT_THAT(report.failures[0],
              HasSubstr("add(f32 3x5, f32 3x5) plain [none, 2 threads]: run 0, result 0: element "
                        "14: "));
}

TEST(Saboteur, IsFoundByAnElementThatNobodyWrote) {
  const Report report =
      report_of({.after = [](const auto& all) { std::memset(all.outputs[0].data, 0xFF, 4); }});
  ASSERT_FALSE(report.failures.empty());
  EXPECT_THAT(report.failures[0], HasSubstr("nan instead of"));
}

TEST(Saboteur, IsSkippedForWhatItLacks) {
  const Report lacking = report_of({.lacks = "add"});
  EXPECT_THAT(lacking.failures, IsEmpty());
  EXPECT_THAT(lacking.skipped, ElementsAre(::testing::Pair("no add here", 1)));
  const Report refusing = report_of({.refusal = "unsupported: no such mode"});
  EXPECT_THAT(refusing.failures, IsEmpty());
  EXPECT_EQ(refusing.skipped.size(), 1U);
  EXPECT_THAT(to_text(refusing), HasSubstr("unsupported: no such mode"));
  EXPECT_FALSE(report_of({.refusal = "out of luck"}).failures.empty());
}

}  // namespace
}  // namespace assay::conformance
