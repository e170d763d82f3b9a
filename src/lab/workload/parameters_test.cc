// SPDX-License-Identifier: MIT
#include "lab/workload/parameters.h"

#include <gmock/gmock.h>

namespace assay::workload {
namespace {

using spec::ParameterType;
using spec::Scalar;

TEST(Parameters, CarryTypeBoundAndFallback) {
  const spec::Parameter must_say = integer_parameter("m", "Rows.", 1);
  EXPECT_EQ(must_say.type, ParameterType::kInteger);
  EXPECT_EQ(must_say.minimum, 1);
  EXPECT_FALSE(must_say.fallback.has_value());
  EXPECT_EQ(integer_parameter("m", "Rows.", 1, 8).fallback, Scalar(std::int64_t{8}));
  EXPECT_EQ(number_parameter("x", "X.", 0, 0.5).fallback, Scalar(0.5));
  EXPECT_EQ(flag_parameter("on", "On.", true).fallback, Scalar(true));
  EXPECT_EQ(text_parameter("pattern", "P.", "8x4").fallback, Scalar(std::string("8x4")));
}

TEST(Parameters, TheFirstChoiceIsTheFallback) {
  const spec::Parameter library = choice_parameter("library", "L.", {"openblas", "onednn"});
  EXPECT_EQ(library.fallback, Scalar(std::string("openblas")));
  EXPECT_THAT(library.choices, ::testing::ElementsAre("openblas", "onednn"));
}

}  // namespace
}  // namespace assay::workload
