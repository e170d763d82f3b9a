// SPDX-License-Identifier: MIT
#include "engine/backend/device.h"

#include <gmock/gmock.h>

#include <array>

namespace assay::backend {
namespace {

using tensor::dense_view;
using tensor::DType;

TEST(CompileMode, NamesReadBack) {
  for (const CompileMode mode : {CompileMode::kNone, CompileMode::kDefault,
                                 CompileMode::kReduceOverhead, CompileMode::kMaxAutotune}) {
    EXPECT_EQ(*parse_compile_mode(to_text(mode)), mode);
  }
  EXPECT_EQ(parse_compile_mode("max-autotun").error().message(),
            "unknown compile mode: max-autotun; did you mean max-autotune? known: none, default, "
            "reduce-overhead, max-autotune");
}

TEST(CheckArguments, NamesTheArgument) {
  Signature signature;
  signature.inputs = {{"x", {DType::kF32, {2, 3}}}};
  signature.outputs = {{"y", {DType::kF32, {2}}}};
  std::array<float, 6> data{};
  const std::array<ConstAnyView, 1> good{
      dense_view(std::as_const(data).data(), {DType::kF32, {2, 3}})};
  const std::array<ConstAnyView, 1> shape{
      dense_view(std::as_const(data).data(), {DType::kF32, {3, 2}})};
  const std::array<ConstAnyView, 1> strided{
      ConstAnyView(data.data(), {DType::kF32, {2, 3}}, tensor::Dims{1, 2})};
  const std::array<AnyView, 1> out{dense_view(data.data(), {DType::kF32, {2}})};
  EXPECT_TRUE(check_arguments(signature, {good, {}, out}));
  EXPECT_EQ(check_arguments(signature, {shape, {}, out}).error().message(),
            "input x: f32 3x2 given, f32 2x3 expected");
  EXPECT_EQ(check_arguments(signature, {strided, {}, out}).error().message(),
            "input x: its elements do not lie one after another");
  EXPECT_EQ(check_arguments(signature, {good, {}, {}}).error().message(),
            "outputs: 0 given, the graph has 1");
}

TEST(ExecutableFacts, CountHowVariantsWereChosen) {
  ExecutableFacts facts;
  for (const Choice choice : {Choice::kTimed, Choice::kRule, Choice::kTimed}) {
    facts.steps.push_back({.op = "linear", .name = "", .kernel = "", .choice = choice});
  }
  EXPECT_EQ(facts.chosen(Choice::kTimed), 2);
  EXPECT_EQ(facts.chosen(Choice::kRemembered), 0);
  EXPECT_EQ(to_text(Choice::kRemembered), "remembered");
}

}  // namespace
}  // namespace assay::backend
