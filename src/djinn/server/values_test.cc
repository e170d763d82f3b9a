// SPDX-License-Identifier: MIT
#include "djinn/server/values.h"

#include <gmock/gmock.h>

namespace assay::djinn {
namespace {

using tensor::DType;

std::shared_ptr<Values> two_outputs() {
  auto values = *Values::create({{"y", {DType::kF32, {3}}}, {"empty", {DType::kF32, {0, 4}}}});
  float* data = static_cast<float*>(values->views()[0].data);
  for (int i = 0; i < 3; ++i)
    data[i] = static_cast<float>(i) + 0.5F;
  return values;
}

TEST(Values, TravelWhereTheyLie) {
  const auto values = two_outputs();
  const auto packed = pack(*values, 0, 2);
  ASSERT_TRUE(packed);
  ASSERT_EQ(packed->parts.size(), 1U) << "nothing is copied, and nothing has no part";
  EXPECT_EQ(packed->parts[0].data(), static_cast<const std::byte*>(values->view(0).data));
  EXPECT_EQ(packed->records[0].name, "y");
  EXPECT_EQ(values->size(), Bytes(12));
}

TEST(ValueTable, KnowsItsOwnersAndForgetsWhatWasReleased) {
  ValueTable table(Bytes(30));
  const auto first = table.keep(1, two_outputs());
  const auto second = table.keep(2, two_outputs());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(table.keep(1, two_outputs()).error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(table.find(1, *first));
  EXPECT_EQ(table.find(2, *first).error().code, ErrorCode::kNotFound) << "another's";
  EXPECT_EQ(table.find(1, 0).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(table.find(1, ~std::uint64_t{0}).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(table.release(1, *first));
  EXPECT_FALSE(table.release(1, *first)) << "once";
  const auto third = table.keep(1, two_outputs());
  ASSERT_TRUE(third);
  EXPECT_NE(*third, *first) << "the place is used again, the name is not";
  EXPECT_FALSE(table.find(1, *first));
  table.release_all_of(2);
  EXPECT_EQ(table.count(), 1U);
  EXPECT_EQ(table.held(), Bytes(12));
}

}  // namespace
}  // namespace assay::djinn
