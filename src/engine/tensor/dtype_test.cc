// SPDX-License-Identifier: MIT
#include "engine/tensor/dtype.h"

#include <gmock/gmock.h>

#include <limits>

namespace assay::tensor {
namespace {

TEST(DType, NamesReadBack) {
  for (const std::string& name : dtype_names()) {
    const std::optional<DType> dtype = parse_dtype(name);
    ASSERT_TRUE(dtype.has_value()) << name;
    EXPECT_EQ(to_text(*dtype), name);
  }
  EXPECT_EQ(parse_dtype("float"), std::nullopt);
  EXPECT_EQ(parse_dtype(""), std::nullopt);
}

TEST(DType, SizesAndRoundingAreThoseOfTheLanguage) {
  EXPECT_EQ(size_of(DType::kF64), 8);
  EXPECT_EQ(size_of(DType::kF32), 4);
  EXPECT_EQ(size_of(DType::kF16), 2);
  EXPECT_EQ(size_of(DType::kBf16), 2);
  EXPECT_EQ(size_of(DType::kI8), 1);
  EXPECT_EQ(unit_roundoff(DType::kF64), std::numeric_limits<double>::epsilon() / 2);
  EXPECT_EQ(unit_roundoff(DType::kF32), std::numeric_limits<float>::epsilon() / 2);
  EXPECT_EQ(unit_roundoff(DType::kI8), 0);
  EXPECT_EQ(dtype_of<float>(), DType::kF32);
}

}  // namespace
}  // namespace assay::tensor
