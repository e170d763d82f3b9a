// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/elements.h"

#include <gmock/gmock.h>

#include <array>

namespace assay::kernels {
namespace {

using tensor::DType;
using ::testing::ElementsAre;

TEST(LoadElements, ReadsEveryDtypeThroughAnyStrides) {
  const std::array<float, 6> floats{1, 2, 3, 4, 5, 6};
  const std::array<std::int8_t, 6> bytes{1, -2, 3, -4, 5, -6};
  const tensor::Dims transposed{1, 3};
  EXPECT_THAT(load_elements({floats.data(), {DType::kF32, {3, 2}}, transposed}),
              ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(load_elements({bytes.data(), {DType::kI8, {3, 2}}, transposed}),
              ElementsAre(1, -4, -2, 5, 3, -6));
  EXPECT_THAT(load_elements({floats.data(), {DType::kF32, {2, 2, 1}}, {3, 0, 9}}),
              ElementsAre(1, 1, 4, 4))
      << "a stride of 0 repeats";
  EXPECT_THAT(load_elements({floats.data(), {DType::kF32, {}}, {}}), ElementsAre(1));
  EXPECT_THAT(load_elements({nullptr, {DType::kF32, {3, 0}}, {0, 1}}), ElementsAre());
}

TEST(StoreElements, RoundsToTheDtypeAndLeavesGaps) {
  std::array<std::int8_t, 5> bytes{9, 9, 9, 9, 9};
  const std::vector<double> values{1.5, 300, -300};
  store_elements({bytes.data(), {DType::kI8, {3}}, {2}}, values);
  EXPECT_THAT(bytes, ElementsAre(2, 9, 127, 9, -128));
}

TEST(StoreElementsDeathTest, AnotherNumberOfElementsIsABug) {
  std::array<float, 2> two{};
  EXPECT_DEATH(store_elements({two.data(), {DType::kF32, {2}}, {1}}, std::vector<double>(3)),
               "as many elements as the view has");
}

TEST(Dot, SumsEveryLength) {
  std::vector<double> x;
  double expected = 0;
  for (int i = 0; i < 11; ++i) {
    EXPECT_EQ(dot(x.data(), x.data(), std::ssize(x)), expected) << i;
    x.push_back(i);
    expected += i * i;
  }
}

TEST(CountOf, MultipliesExtents) {
  EXPECT_EQ(count_of({DType::kF32, {2, 3, 4}}), 24);
  EXPECT_EQ(count_of({DType::kF32, {}}), 1);
  EXPECT_EQ(count_between({2, 3, 4}, 1, 3), 12);
  EXPECT_EQ(count_between({2, 3, 4}, 1, 1), 1);
  EXPECT_FALSE(is_given({}));
}

}  // namespace
}  // namespace assay::kernels
