// SPDX-License-Identifier: MIT
#include "engine/models/rotary_scaling.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

namespace assay::models {
namespace {

using ::testing::HasSubstr;

Result<std::vector<float>> frequencies(const std::string& json, std::int64_t head_width = 8) {
  auto settings = Settings::parse(json, "config.json");
  EXPECT_TRUE(settings.has_value()) << json;
  return read_rotary_frequencies(*settings, head_width);
}

TEST(RotaryScaling, WithoutOne) {
  const auto plain = frequencies("{}");
  ASSERT_TRUE(plain.has_value());
  EXPECT_THAT(*plain, ::testing::Pointwise(::testing::FloatEq(), {1.0F, 0.1F, 0.01F, 0.001F}));
  EXPECT_FLOAT_EQ((*frequencies(R"({"rope_theta": 1e6})", 4))[1], 1e-3F);
  EXPECT_FLOAT_EQ(
      (*frequencies(R"({"rope_parameters": {"rope_theta": 1e6, "rope_type": "default"}})", 4))[1],
      1e-3F);
  EXPECT_EQ(*frequencies(R"({"rope_scaling": null})"), *plain);
}

TEST(RotaryScaling, Linear) {
  EXPECT_FLOAT_EQ((*frequencies(R"({"rope_scaling": {"type": "linear", "factor": 4}})"))[0], 0.25F);
}

TEST(RotaryScaling, OfLlama3ByHand) {
  const Llama3Scaling scaling;  // Factor 8 over 8192 tokens, blended from 4 waves down to 1.
  const auto with_waves = [](double waves) { return waves * 2 * std::numbers::pi / 8192; };
  EXPECT_DOUBLE_EQ(scaled_frequency(with_waves(5), scaling), with_waves(5));
  EXPECT_DOUBLE_EQ(scaled_frequency(with_waves(4), scaling), with_waves(4));
  EXPECT_DOUBLE_EQ(scaled_frequency(with_waves(0.5), scaling), with_waves(0.5) / 8);
  EXPECT_NEAR(scaled_frequency(with_waves(1), scaling), with_waves(1) / 8, 1e-15);
  // Half way: half of it stretched, half not.
  EXPECT_NEAR(scaled_frequency(with_waves(2.5), scaling), with_waves(2.5) * (0.5 / 8 + 0.5), 1e-15);
}

TEST(RotaryScaling, OfLlama3FromAFile) {
  // Llama 3.2 1B: heads of 64, theta 500000, factor 32.
  const auto scaled = frequencies(R"({"rope_theta": 500000.0, "rope_scaling": {"factor": 32.0,
      "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 8192,
      "rope_type": "llama3"}})",
                                  64);
  const auto plain = frequencies(R"({"rope_theta": 500000.0})", 64);
  ASSERT_TRUE(scaled.has_value()) << scaled.error().to_string();
  EXPECT_EQ((*scaled)[0], (*plain)[0]);
  EXPECT_FLOAT_EQ((*scaled)[31], (*plain)[31] / 32);
  for (std::size_t i = 1; i < scaled->size(); ++i)
    EXPECT_LT((*scaled)[i], (*scaled)[i - 1]);
}

TEST(RotaryScaling, SaysWhatItCannotDo) {
  const auto message = [](const char* json) { return frequencies(json).error().message(); };
  EXPECT_THAT(message(R"({"rope_scaling": {"rope_type": "yarn", "factor": 4}})"),
              HasSubstr(R"(rope_type is "yarn"; known: default, linear, llama3)"));
  EXPECT_THAT(message(R"({"rope_scaling": {"type": "linear"}})"),
              HasSubstr("factor: expected a number above 0, got nothing"));
  EXPECT_THAT(message(R"({"rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 4,
                          "high_freq_factor": 4, "original_max_position_embeddings": 1}})"),
              HasSubstr("low_freq_factor: expected a number below high_freq_factor, got 4"));
  EXPECT_THAT(message(R"({"rope_theta": -1})"), HasSubstr("rope_theta: expected a number above 0"));
  EXPECT_THAT(message(R"({"rope_scaling": 3})"), HasSubstr("rope_scaling: expected a map, got 3"));
}

}  // namespace
}  // namespace assay::models
