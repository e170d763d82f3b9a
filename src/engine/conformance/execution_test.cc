// SPDX-License-Identifier: MIT
// The suite is tested on devices that misbehave: each of these mistakes has to be found and named.
#include "engine/conformance/execution.h"

#include <gmock/gmock.h>

#include "engine/backends/reference/reference_device.h"
#include "engine/conformance/invented_saboteur.h"
#include "engine/conformance/op_case.h"

namespace assay::conformance {
namespace {

using ::testing::HasSubstr;

const OpCase kAdd{.op = "add", .operands = "f32 3x5, f32 3x5"};
const OpCase kLookUp{.op = "embedding",
                     .operands = "weight f32 4x3, i32 2 = 0 1 / 9 0 / 2 3",
                     .failure = {.run = 1, .complaint = "9"}};

std::string outcome(const OpCase& op_case, Sabotage sabotage) {
  Saboteur device(reference::make_reference_device(), std::move(sabotage));
  const auto results = execute(make_model(op_case, Dress::kPlain), device, {});
  return results ? format("{} runs", results->size()) : results.error().to_string();
}

void write(const void* data, std::ptrdiff_t index, float value) {
  static_cast<float*>(const_cast<void*>(data))[index] = value;
}

TEST(Execute, RunsAnHonestDevice) {
  EXPECT_EQ(outcome(kAdd, {}), "3 runs");
  EXPECT_EQ(outcome(kLookUp, {}), "3 runs");
}

TEST(Execute, FindsWritesOutsideATensor) {
  EXPECT_THAT(outcome(kAdd, {.after = [](const auto& all) { write(all.outputs[0].data, 15, 1); }}),
              HasSubstr("output result: 0 bytes before and 4 bytes behind f32 3x5 were written"));
  EXPECT_THAT(outcome(kAdd, {.after = [](const auto& all) { write(all.inputs[1].data, -1, 1); }}),
              HasSubstr("input operand 1: 4 bytes before and 0 bytes behind"));
}

TEST(Execute, FindsChangedInputs) {
  EXPECT_THAT(outcome(kAdd, {.after = [](const auto& all) { write(all.inputs[0].data, 7, 9); }}),
              HasSubstr("input operand 0 was changed"));
}

TEST(Execute, FindsRunsThatShouldHaveFailed) {
  EXPECT_THAT(outcome(kLookUp, {.forgives = true}), HasSubstr("the run had to fail: 9"));
  EXPECT_THAT(outcome(kLookUp, {.complaint = "no"}), HasSubstr("does not name 9: no"));
  EXPECT_THAT(outcome(kAdd, {.complaint = "no memory"}), HasSubstr("3 runs"));
}

TEST(Execute, FindsAModeThatIsNotInForce) {
  EXPECT_THAT(outcome(kAdd, {.mode = backend::CompileMode::kNone}),
              HasSubstr("the facts say mode none"));
}

TEST(LacksOf, AsksForEveryNode) {
  Saboteur device(reference::make_reference_device(), {.lacks = "permute"});
  EXPECT_EQ(**lacks_of(make_model(kAdd, Dress::kTurned), device), "no permute here");
  EXPECT_EQ(*lacks_of(make_model(kAdd, Dress::kPlain), device), std::nullopt);
}

}  // namespace
}  // namespace assay::conformance
