// SPDX-License-Identifier: MIT
#include "engine/graph/expectations.h"

#include <gtest/gtest.h>

#include <array>

namespace assay::graph {
namespace {

std::string message(const Result<void>& result) {
  return result ? "fits" : result.error().message();
}

TEST(Expectations, OfTypes) {
  const TensorType type{DType::kF32, {8, 512}};
  const Operand x{"x", type};
  EXPECT_EQ(to_text(x), "x is f32 8x512");
  EXPECT_EQ(x.extent(-1), 512);
  EXPECT_EQ(message(expect_dtype(x, {DType::kF16, DType::kF32})), "fits");
  EXPECT_EQ(message(expect_dtype(x, {DType::kI8})), "x is f32 8x512; expected i8");
  EXPECT_EQ(message(expect_dtype(x, {DType::kI8, DType::kU8, DType::kF16})),
            "x is f32 8x512; expected i8, u8 or f16");
  EXPECT_EQ(message(expect_rank(x, 2, "[a, b]")), "fits");
  EXPECT_EQ(message(expect_rank(x, 3, "[a, b, c]")), "x is f32 8x512; expected [a, b, c]");
  EXPECT_EQ(message(expect_rank_at_least(x, 2, "[..., a, b]")), "fits");
  EXPECT_EQ(message(expect_f32(x, 2, "[a, b]")), "fits");
  EXPECT_EQ(message(expect_type(x, {DType::kF32, {}}, "as y says")),
            "x is f32 8x512; expected a single f32, as y says");
}

TEST(Expectations, OfAttributes) {
  const std::array<std::string, 2> words{"halves", "neighbours"};
  const Attributes attributes{
      {"pairing", "halfs"}, {"axis", 3}, {"stride", Integers{1, 2}}, {"epsilon", -0.5}};
  EXPECT_EQ(message(expect_word(attributes, "pairing", words)),
            "unknown pairing: halfs; did you mean halves? known: halves, neighbours");
  EXPECT_EQ(message(expect_between(attributes, "axis", 0, 3)), "fits");
  EXPECT_EQ(message(expect_between(attributes, "axis", 0, 1)), "axis is 3; expected 0 to 1");
  EXPECT_EQ(message(expect_integers(attributes, "stride", 2, 1)), "fits");
  EXPECT_EQ(message(expect_integers(attributes, "stride", 3, 1)),
            "stride is [1, 2]; expected 3 integers, each 1 to 2147483647");
  EXPECT_EQ(message(expect_positive(attributes, "epsilon")),
            "epsilon is -0.5; expected a positive number");
}

TEST(Expectations, AxesCountFromBothEnds) {
  const TensorType type{DType::kF32, {8, 512}};
  EXPECT_EQ(*resolve_axis(1, {"x", type}, "axis"), 1);
  EXPECT_EQ(*resolve_axis(-2, {"x", type}, "axis"), 0);
  EXPECT_EQ(resolve_axis(INT64_MIN, {"x", type}, "axis").error().message(),
            "axis is -9223372036854775808; expected -2 to 1, as x is f32 8x512");
}

TEST(Expectations, AResultHasBoundedBytesEvenWhenItIsEmpty) {
  EXPECT_EQ(to_text(*result_type(DType::kI8, Dims{INT64_MAX})), "i8 9223372036854775807");
  EXPECT_EQ(result_type(DType::kF16, Dims{INT64_MAX}).error().message(),
            "f16 9223372036854775807 needs more bytes than 64 bits can count");
  EXPECT_FALSE(result_type(DType::kF32, Dims{0, INT64_MAX, 2}).has_value())
      << "its strides could not be calculated";
  const std::vector<std::int64_t> seven(7, 1);
  EXPECT_EQ(result_type(DType::kF32, seven).error().message(),
            "the result would have 7 axes; a tensor has at most 6");
  EXPECT_EQ(result_type(DType::kF32, Dims{-1}).error().message(), "negative extent in -1");
}

TEST(Expectations, AnEpilogueMayDoNothingAndAnActivationMayNot) {
  EXPECT_EQ(epilogue_words().front(), "none");
  EXPECT_EQ(activation_words().size() + 1, epilogue_words().size());
  EXPECT_EQ(activation_words().front(), "relu");
}

}  // namespace
}  // namespace assay::graph
