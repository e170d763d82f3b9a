// SPDX-License-Identifier: MIT
#include "engine/conformance/guarded_tensor.h"

#include <gmock/gmock.h>

#include <cmath>

namespace assay::conformance {
namespace {

using tensor::DType;

TEST(GuardedTensor, BeginsAsNaNsWhereItsAlignmentSays) {
  for (const Alignment alignment : {Alignment::kWide, Alignment::kOdd}) {
    auto tensor = GuardedTensor::create({DType::kF32, {3}}, alignment);
    ASSERT_TRUE(tensor);
    const auto address = reinterpret_cast<std::uintptr_t>(tensor->view().data);
    EXPECT_EQ(address % 64, alignment == Alignment::kWide ? 0U : 4U);
    for (int i = 0; i < 3; ++i)
      EXPECT_TRUE(std::isnan(load_element(tensor->view(), i)));
    EXPECT_EQ(tensor->damage(), std::nullopt);
  }
}

TEST(GuardedTensor, FindsWhatIsWrittenOutside) {
  auto tensor = GuardedTensor::create({DType::kF32, {3}}, Alignment::kOdd);
  ASSERT_TRUE(tensor);
  auto* data = static_cast<float*>(tensor->view().data);
  data[0] = data[2] = 1;
  EXPECT_EQ(tensor->damage(), std::nullopt);
  data[3] = 0;
  EXPECT_EQ(tensor->damage(), "0 bytes before and 4 bytes behind f32 3 were written");
  data[-1] = 0;
  EXPECT_EQ(tensor->damage(), "4 bytes before and 4 bytes behind f32 3 were written");
}

TEST(GuardedTensor, HashesItsElementsOnly) {
  auto left = GuardedTensor::create({DType::kI8, {4}}, Alignment::kWide);
  auto right = GuardedTensor::create({DType::kI8, {4}}, Alignment::kOdd);
  ASSERT_TRUE(left && right);
  EXPECT_EQ(left->hash(), right->hash());
  store_element(left->view(), 3, 7);
  EXPECT_NE(left->hash(), right->hash());
}

TEST(GuardedTensor, MayBeEmpty) {
  auto tensor = GuardedTensor::create({DType::kF32, {0, 5}}, Alignment::kWide);
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->damage(), std::nullopt);
}

}  // namespace
}  // namespace assay::conformance
